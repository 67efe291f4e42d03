// Sends messages without reloading the page. Without this script the same forms work by themselves.
(() => {
  "use strict";

  const TRIES = 4;
  const log = document.getElementById("echange");
  const composer = document.getElementById("composer");
  const field = document.getElementById("text");
  const alert = document.getElementById("alerte");
  const waiting = document.getElementById("attente");
  const model = document.getElementById("modele-message");
  const phrases = document.getElementById("modele-phrases");
  if (!log || !composer || !window.fetch) return;

  // On a touch screen, the focus in the field opens a keyboard that hides the reply.
  const touched = () => matchMedia("(pointer: coarse)").matches;

  let busy = false;
  document.documentElement.classList.add("with-script");
  // What was just done is said once: reloading must not say it again.
  history.replaceState(null, "", location.pathname + location.hash);

  const phrase = (name) => phrases.content.querySelector(`[data-phrase="${name}"]`).textContent;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const choosing = form.classList.contains("choices") && event.submitter;
    if (form !== composer && !choosing) return;
    event.preventDefault();
    if (!busy) send(form, event.submitter);
  });

  // Enter sends where there is a real keyboard; on a touch screen it goes to the next line.
  field.addEventListener("keydown", (event) => {
    const plain = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (plain && !touched()) {
      event.preventDefault();
      composer.requestSubmit();
    }
  });

  // A page brought back from the browser's memory may be older than the conversation.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  async function send(form, button) {
    const typed = form === composer;
    const body = new URLSearchParams(new FormData(form));
    if (!typed) body.set("choice", button.value);
    const words = typed ? field.value : button.querySelector(".label").textContent;
    busy = true;
    say("");
    const bubble = show(words);
    if (typed) field.value = "";
    waiting.textContent = phrase("attente");
    try {
      const response = await post(body);
      if (!response.ok) throw new Refused((await response.json()).error.message);
      receive(await response.text(), bubble, typed);
    } catch (error) {
      bubble.remove();
      if (typed) field.value = words;
      say(error instanceof Refused ? error.message : phrase("coupure"));
      field.focus();
    } finally {
      busy = false;
      waiting.textContent = "";
    }
  }

  class Refused extends Error {}

  // The event of the form names the message: however often it is sent, it is answered once.
  async function post(body) {
    for (let tried = 1; ; tried += 1) {
      try {
        const response = await fetch("/messages", { method: "POST", headers: { "X-Declic-Script": "1" }, body });
        if (response.status !== 503 || tried === TRIES) return response;
      } catch (error) {
        if (tried === TRIES) throw error;
      }
      await pause(tried * 700);
    }
  }

  function show(words) {
    const bubble = model.content.firstElementChild.cloneNode(true);
    bubble.querySelector(".words").textContent = words;
    log.append(bubble);
    bringUp(bubble);
    return bubble;
  }

  function receive(html, bubble, typed) {
    log.querySelectorAll("form.choices").forEach(close);
    const replies = document.createRange().createContextualFragment(html);
    const first = replies.firstElementChild;
    log.append(replies);
    document.getElementById("dernier")?.removeAttribute("id");
    bubble.id = "dernier";
    renew();
    bringUp(bubble);
    // The button that was pressed is gone: reading goes on at the reply.
    if (!typed && first) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    } else if (!touched()) {
      field.focus({ preventScroll: true });
    }
  }

  // Choices that were answered stay as a list.
  function close(form) {
    const list = document.createElement("ol");
    list.className = "past";
    for (const label of form.querySelectorAll(".label")) {
      const item = document.createElement("li");
      item.textContent = label.textContent;
      list.append(item);
    }
    form.replaceWith(list);
  }

  function renew() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    for (const input of document.querySelectorAll('input[name="event"]')) input.value = name;
  }

  function bringUp(bubble) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    bubble.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  function say(sentence) {
    alert.hidden = !sentence;
    alert.textContent = sentence;
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
})();
