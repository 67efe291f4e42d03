// What must hold in the coaches' console, in a real browser, one function a sentence.

import assert from "node:assert/strict";
import { join } from "node:path";
import { openHouse, ROOT } from "./house.mjs";
import { openProvider, SECRET } from "./provider.mjs";
import { Visit } from "./visit.mjs";

const COACH = "@claire:example.org";
const LEAD = "@lucie:example.org";
const PROJECT = "Les usagers reviennent trois fois au guichet parce qu'il manque un papier. Nous sommes quatre.";
const PERSONAL = "Je suis Claire Durand, joignable au 06 12 34 56 78 ou claire.durand@prefecture.gouv.fr";

/** A program whose console knows a coach, a lead, and a provider with ProConnect's quirks; with conversations in it. */
export async function openConsole() {
  const provider = await openProvider({ quirks: true });
  const house = await openHouse(settings(provider, false), join(ROOT, "target", "console.log"));
  provider.register(house.address);
  const link = await house.said(/http:\S+\/console\/lien\/\S+/);
  for (const messages of [
    [PROJECT, "une journée", "passer", "passer", "passer", "passer", "utile"],
    ["Mobiliser mon équipe sur un nouveau service", PERSONAL, "humain"],
    ["recette de la tarte aux pommes", "tarte"],
  ]) {
    await converse(house.address, messages);
  }
  const close = async () => {
    await house.close();
    await provider.close();
  };
  return { ...house, link, provider, close };
}

function settings(provider, pkce) {
  return {
    DECLIC__CONSOLE__ENABLED: "true",
    DECLIC__CONSOLE__COACHES: `Claire Martin <${COACH} claire@example.org>`,
    DECLIC__CONSOLE__LEADS: `Lucie Bernard <${LEAD}>`,
    DECLIC__CONSOLE__OIDC_ISSUER: provider.issuer,
    DECLIC__CONSOLE__OIDC_CLIENT_ID: "declic",
    DECLIC__CONSOLE__OIDC_CLIENT_SECRET: SECRET,
    DECLIC__CONSOLE__OIDC_PKCE: String(pkce),
    DECLIC__CONSOLE__OIDC_SCOPES: "openid email idp_id",
  };
}

/** Talks with the coach as a program does. */
async function converse(address, messages, id) {
  const post = async (path, body) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${address}/api${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return response.json();
  };
  const conversation = id ?? (await post("/conversations", {})).id;
  for (const text of messages) await post(`/conversations/${conversation}/messages`, { text });
  return conversation;
}

/** Somebody at the console. */
class Desk extends Visit {
  static first = "/console/connexion";

  static async signIn(house, person, options = {}) {
    const desk = await Desk.start(house, options);
    await desk.page.goto(person ? await house.ask("console", person) : await house.ask("console"));
    await desk.pressButton("Entrer");
    await desk.page.waitForURL("**/console/conversations?avis=bienvenue");
    return desk;
  }

  /** Goes on with Tab to the button or link of this name, then presses it. */
  async pressButton(name, { key = "Enter" } = {}) {
    if ((await this.focus()).text !== name) await this.tabTo((at) => at.text === name, `« ${name} »`);
    await this.press(key);
  }

  async tabToField(id) {
    await this.tabTo((at) => at.id === id, `the field ${id}`);
  }

  /** Forms are longer here than in the talk. */
  async tabTo(wanted, what, most = 300) {
    for (let stops = 0; stops < most; stops += 1) {
      await this.press("Tab");
      if (wanted(await this.focus())) return this.seesFocus();
    }
    assert.fail(`Tab never comes to ${what}`);
  }

  /** The value of a group of radio buttons. */
  chosen(name) {
    return this.page.locator(`input[name="${name}"]:checked`).last().getAttribute("value");
  }

  news() {
    return this.page.getByRole("status").first().textContent();
  }

  /** Follows a link that is a download, and gives its name and its text. */
  async download(act) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), act()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
  }
}

/** The whole work of a coach, by keyboard only. */
async function reviewByKeyboard(desk) {
  await desk.go("/console/conversations");
  await desk.press("Tab");
  assert.equal((await desk.focus()).text, "Aller au contenu", "the first stop skips to the content");
  await desk.seesFocus();
  await desk.tabToField("q");
  await desk.type("guichets papiers");
  await desk.press("Enter");
  await desk.page.waitForURL("**/console/conversations?q=guichets*");
  const found = desk.page.locator(".talks h2 a");
  assert.equal(await found.count(), 1, "another form of the words finds the conversation");
  await desk.tabTo((at) => at.text.startsWith("Les usagers"), "the conversation found");
  await desk.press("Enter");
  await desk.page.getByRole("heading", { level: 1, name: /Conversation du/ }).waitFor();

  const form = desk.page.locator("form[action$='/juger']").last();
  const name = await form.locator("input[type=radio]").first().getAttribute("name");
  const turn = (await form.getAttribute("action")).match(/tours\/(\d+)/)[1];
  await desk.tabTo((at) => at.name === name, "the verdicts of the first method");
  while ((await desk.chosen(name)) !== "good") await desk.press("ArrowRight");
  await desk.tabTo((at) => at.text === `Enregistrer ce jugement (tour ${turn})`, "the button of the judgement");
  await desk.press("Enter");
  await desk.page.waitForURL("**avis=juge**");
  assert.match(await desk.news(), /jugement est enregistré/);
  assert.equal(await desk.chosen(name), "good");

  await desk.tabToField("nouvelle-note-0");
  await desk.type("À montrer à l'équipe");
  await desk.press("Tab");
  await desk.press("Enter");
  await desk.page.waitForURL("**avis=note**");
  await desk.tabToField("nouvelle-etiquette-0");
  await desk.type("accueil");
  await desk.press("Enter");
  await desk.page.waitForURL("**avis=etiquete**");
  await desk.tabTo((at) => at.tag === "summary" && at.text.startsWith("Historique"), "the history");
  await desk.press("Enter");
  const history = await desk.page.locator("details", { hasText: "Historique" }).last().textContent();
  assert.match(history, /étiquette «\s?accueil\s?» posée/);
  assert.match(history, /Claire Martin/);
  await desk.go("/console/conversations?etiquette=accueil");
  assert.equal(await desk.page.locator(".talks h2 a").count(), 1, "the tag finds the conversation");
}

export const consoleTests = {
  async "console: the link of the start lets the first administrator in, once"(house) {
    const desk = await Desk.start(house);
    await desk.page.goto(house.link);
    assert.match(await desk.page.locator("main").textContent(), /Administration locale/);
    await desk.pressButton("Entrer");
    await desk.page.waitForURL("**/console/conversations?avis=bienvenue");
    await desk.end();
    const other = await Desk.start(house);
    const again = await other.page.goto(house.link);
    assert.equal(again.status(), 410);
    other.faults = other.faults.filter((fault) => !fault.includes("410"));
    await other.end();
  },

  async "console: a coach reviews by keyboard only, with JavaScript"(house) {
    const desk = await Desk.signIn(house, COACH);
    await reviewByKeyboard(desk);
    await desk.end();
  },

  async "console: a coach reviews by keyboard only, without JavaScript"(house) {
    const desk = await Desk.signIn(house, COACH, { javaScriptEnabled: false });
    await reviewByKeyboard(desk);
    await desk.end();
  },

  async "console: personal data are masked, and a lead lifts the mask with a reason that is logged"(house) {
    const desk = await Desk.signIn(house, LEAD);
    await desk.go("/console/conversations?q=joignable");
    const words = () => desk.page.locator("main").textContent();
    assert.doesNotMatch(await words(), /Durand|06 12|claire\.durand/);
    await desk.page.locator(".talks h2 a").click();
    assert.doesNotMatch(await words(), /Durand|06 12|claire\.durand/);
    await desk.page.getByText("Lire sans masque", { exact: true }).click();
    await desk.page.getByLabel("Motif, inscrit au journal avec votre nom").fill("demande d'accès 12");
    await desk.page.getByRole("button", { name: "Lire sans masque, cette fois" }).click();
    await desk.page.getByText("montre la conversation sans masque").waitFor();
    assert.match(await words(), /Claire Durand/);
    await desk.go("/console/journal?acte=unmask");
    assert.match(await words(), /demande d'accès 12/);
    await desk.end();
  },

  async "console: a new message of an open conversation appears"(house) {
    const id = await converse(house.address, ["Animer une réunion de service qui s'enlise"]);
    const desk = await Desk.signIn(house, COACH);
    await desk.page.locator(".talks h2 a").first().click();
    await desk.page.getByText("Les nouveaux messages s’affichent ici").waitFor();
    const turns = desk.page.locator("article.turn");
    const before = await turns.count();
    await converse(house.address, ["une demi-journée"], id);
    await desk.page.waitForFunction((count) => document.querySelectorAll("article.turn").length > count, before);
    assert.match(await turns.last().textContent(), /une demi-journée/);
    await desk.end();
  },

  async "console: one signs in at a provider with the quirks of ProConnect, and leaves it"(house) {
    const desk = await Desk.start(house);
    await desk.pressButton("Se connecter avec ProConnect");
    await desk.page.getByRole("link", { name: "claire", exact: true }).click();
    await desk.page.waitForURL("**/console/conversations?avis=bienvenue");
    assert.match(await desk.page.locator("header").textContent(), /Claire Martin/);
    await desk.pressButton("Se déconnecter");
    await desk.page.getByText("Vous êtes déconnecté·e").waitFor();
    await desk.pressButton("Se déconnecter aussi de ProConnect");
    await desk.page.waitForURL(`${house.provider.issuer}/session/end**`);
    await desk.context.close();
  },

  async "console: another account with a known address, and a stranger, stay outside"(house) {
    for (const [name, words] of [
      ["claire-ailleurs", /Un autre compte s’est déjà connecté/],
      ["eve", /pas sur la liste/],
    ]) {
      const desk = await Desk.start(house);
      await desk.page.getByRole("link", { name: "Se connecter avec ProConnect" }).click();
      await desk.page.getByRole("link", { name, exact: true }).click();
      await desk.page.waitForURL("**/console/oidc/retour**");
      assert.match(await desk.page.locator("main").textContent(), words);
      const back = await desk.page.goto(desk.page.url());
      assert.equal(back.status(), 400, "the return is good once");
      await desk.context.close();
    }
  },

  async "console: one signs in at a provider that insists on PKCE and answers in plain JSON"(house) {
    const provider = await openProvider({ quirks: false });
    const other = await openHouse(settings(provider, true), join(ROOT, "target", "console-pkce.log"));
    provider.register(other.address);
    try {
      const desk = await Desk.start({ ...house, address: other.address });
      await desk.page.getByRole("link", { name: "Se connecter avec ProConnect" }).click();
      await desk.page.getByRole("link", { name: "claire", exact: true }).click();
      await desk.page.waitForURL("**/console/conversations?avis=bienvenue");
      // The provider has no icon.
      desk.faults = desk.faults.filter((fault) => !fault.includes("404"));
      await desk.end();
    } finally {
      await other.close();
      await provider.close();
    }
  },

  async "console: a conversation becomes a golden dialogue and a patch for the base"(house) {
    for (const javaScriptEnabled of [true, false]) {
      const desk = await Desk.signIn(house, COACH, { javaScriptEnabled });
      const conversation = await firstConversation(desk);
      await desk.go(conversation);
      await desk.pressButton("En faire un jeu d’essai");
      await desk.page.getByText("le même chemin").waitFor();
      await desk.go(`${conversation}/jeu-d-essai?titre=Guichet satur%C3%A9`);
      const golden = await desk.download(() => desk.pressButton("Télécharger guichet-sature.txt"));
      assert.equal(golden.name, "guichet-sature.txt");
      assert.match(golden.text, /^# Guichet saturé\n/);
      assert.match(golden.text, /^> Les usagers reviennent trois fois/m);

      await desk.go(`${conversation}/ajout`);
      await desk.tabToField("besoin-methode");
      await desk.type("Persona");
      const patch = await desk.download(() => desk.pressButton("Télécharger la proposition de besoin"));
      assert.match(patch.name, /^besoin-.*\.patch$/);
      assert.match(patch.text, /^\+Les usagers reviennent trois fois/m);
      await desk.end();
    }
  },

  async "console: a lead exports, prints, registers a request, erases and purges, by keyboard"(house) {
    const secret = "Xylophone de Quimperlé";
    await converse(house.address, [`${secret} : animer un atelier de service`, "passer"]);
    const desk = await Desk.signIn(house, LEAD);
    await desk.go("/console/exports?q=Quimperl%C3%A9");
    const csv = await desk.download(() => desk.pressButton("Télécharger"));
    assert.equal(csv.name, "declic-conversations.csv");
    assert.match(csv.text, /Xylophone/);
    assert.equal(csv.text.trim().split("\r\n").length, 2, "a heading and one conversation");

    await desk.go("/console/conversations?q=Quimperl%C3%A9");
    await desk.tabTo((at) => at.text.startsWith("Xylophone"), "the conversation");
    await desk.press("Enter");
    await desk.page.getByRole("heading", { level: 1, name: /Conversation du/ }).waitFor();
    const number = desk.page.url().match(/conversations\/(\d+)/)[1];
    const print = await desk.download(() => desk.pressButton("Télécharger pour imprimer, masquée"));
    assert.equal(print.name, `conversation-${number}.html`);

    await desk.go("/console/donnees");
    await desk.tabToField("numero");
    await desk.type(number);
    await desk.press("Tab");
    await desk.type("par messagerie");
    await desk.press("Enter");
    await desk.page.waitForURL("**avis=inscrite**");
    assert.match(await desk.page.locator("main").textContent(), /par messagerie/);

    await desk.go(`/console/conversations/${number}`);
    await desk.tabTo((at) => at.text === "Effacer cette conversation", "the erasure");
    await desk.press("Enter");
    await desk.tabTo((at) => at.name === "sur", "the box");
    await desk.press("Space");
    await desk.pressButton("Effacer pour de bon");
    await desk.page.waitForURL("**avis=effacee**");
    await desk.go("/console/conversations?q=Quimperl%C3%A9");
    assert.equal(await desk.page.locator(".talks h2 a").count(), 0);

    await desk.go("/console/donnees");
    await desk.pressButton("Purger maintenant");
    await desk.page.waitForURL("**avis=purge**");
    assert.match(await desk.news(), /La purge est faite/);
    await desk.end();
  },

  async "console: every page is accessible, fits a phone, and is drawn for people to look at"(house) {
    const full = await openHouse({ DECLIC__CONSOLE__ENABLED: "true" }, join(ROOT, "target", "console-demo.log"), 150);
    try {
      const desk = await Desk.signIn({ ...house, ...full });
      const conversation = await richConversation(desk);
      const pages = { ...PAGES, conversation, "jeu-d-essai": `${conversation}/jeu-d-essai`, ajout: `${conversation}/ajout` };
      for (const [theme, options] of Object.entries(THEMES)) {
        await desk.page.emulateMedia(options);
        for (const [name, path] of Object.entries(pages)) await look(desk, name, path, theme);
      }
      await desk.context.clearCookies();
      for (const [name, path] of Object.entries(OUTSIDE)) await look(desk, name, path, "light");
      desk.faults = desk.faults.filter((fault) => !fault.includes("404"));
      await desk.end();
    } finally {
      await full.close();
    }
  },
};

async function look(desk, name, path, theme) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
    [320, 640],
  ]) {
    await desk.page.setViewportSize({ width, height });
    await desk.go(path);
    assert.ok((await desk.overflow()) <= 0, `${name} is wider than ${width} pixels`);
    if (width === 320) continue;
    const shot = join(ROOT, "target", "screenshots", `console-${name}-${width}-${theme}.png`);
    await desk.page.screenshot({ path: shot, fullPage: true });
    assert.deepEqual(await desk.violations(), [], `${name}, ${width} pixels, ${theme}`);
  }
}

const THEMES = {
  light: { colorScheme: "light", contrast: "no-preference" },
  dark: { colorScheme: "dark", contrast: "no-preference" },
  contrast: { colorScheme: "light", contrast: "more" },
};

/** One of each kind. */
const PAGES = {
  conversations: "/console/conversations",
  recherche: "/console/conversations?q=formulaire&non_relue=1",
  "a-relire": "/console/a-relire?file=personne",
  ameliorer: "/console/ameliorer",
  "tableau-de-bord": "/console/tableau-de-bord?du=2020-01-01",
  exports: "/console/exports",
  donnees: "/console/donnees",
  sessions: "/console/sessions",
  journal: "/console/journal",
};

/** Those that one sees before coming in. */
const OUTSIDE = {
  connexion: "/console/connexion",
  accessibilite: "/console/accessibilite",
  "lien-inconnu": "/console/lien/nope",
};

/** One with advice to judge. */
async function richConversation(desk) {
  await desk.go("/console/conversations?issue=advised");
  return desk.page.locator(".talks h2 a").first().getAttribute("href");
}

async function firstConversation(desk) {
  await desk.go("/console/conversations?q=guichet");
  return desk.page.locator(".talks h2 a").first().getAttribute("href");
}
