// Shows the new turns of an open conversation. Without this script « Actualiser » does it.
(() => {
  "use strict";

  const turns = document.getElementById("tours");
  const status = document.getElementById("direct");
  // A page without its mask is shown once, as it was asked for.
  if (!turns || !status || !window.EventSource || "still" in turns.dataset) return;

  const number = status.dataset.number;
  const address = `/console/conversations/${number}`;
  let asking = Promise.resolve();

  const source = new EventSource(`${address}/direct`);
  source.addEventListener("open", () => (status.textContent = "Les nouveaux messages s’affichent ici d’eux-mêmes."));
  source.addEventListener("tours", () => (asking = asking.then(add, add)));
  source.addEventListener("error", () => {
    status.textContent =
      source.readyState === EventSource.CLOSED
        ? "Les nouveaux messages ne s’affichent plus d’eux-mêmes : actualisez la page."
        : "Connexion coupée : la page réessaie.";
  });

  async function add() {
    const last = turns.querySelector("article:last-of-type")?.dataset.turn ?? "0";
    const file = new URLSearchParams(location.search).get("file") ?? "";
    const query = new URLSearchParams({ depuis: last, file });
    const response = await fetch(`${address}?${query}`, { headers: { "x-declic-script": "1" } });
    if (!response.ok || response.redirected) {
      source.close();
      status.textContent = "Votre session est terminée : actualisez la page.";
      return;
    }
    turns.insertAdjacentHTML("beforeend", await response.text());
    status.textContent = "Un nouveau message est arrivé, à la fin de l’échange.";
  }
})();
