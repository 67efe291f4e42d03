// Searches while one types and filters when one chooses. Without this script the form works by its button.
(() => {
  "use strict";

  const PAUSE = 250;
  const form = document.getElementById("recherche");
  const results = document.getElementById("resultats");
  if (!form || !results || !window.fetch) return;

  let timer;
  let latest = 0;
  document.documentElement.classList.add("with-script");

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  });

  /** The address of what is asked, without the fields that say nothing. */
  function address() {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value.trim()) asked.set(name, value.trim());
    const query = asked.toString();
    return form.getAttribute("action") + (query ? `?${query}` : "");
  }

  async function search() {
    const mine = ++latest;
    const url = address();
    results.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, { headers: { "x-declic-script": "1" } });
      if (!response.ok) throw new Error(String(response.status));
      const found = await response.text();
      if (mine !== latest) return;
      results.innerHTML = found;
      history.replaceState(null, "", url);
    } catch {
      // The page itself still knows how to ask.
      if (mine === latest) location.assign(url);
    } finally {
      if (mine === latest) results.removeAttribute("aria-busy");
    }
  }
})();
