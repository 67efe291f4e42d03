// What must hold in a real browser, one function a sentence.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./house.mjs";
import { Visit } from "./visit.mjs";

const PROJECT =
  "Les usagers reviennent trois fois au guichet parce qu'il manque un papier. " +
  "Nous voulons comprendre ce qui leur manque. Nous sommes quatre, sans budget.";

/** The pages of the base: one of each kind. */
const BASE_PAGES = {
  methodes: "/methodes",
  recherche: "/methodes?q=refondre+un+formulaire&personnes=8",
  rien: "/methodes?phase=cadrer&duree=1&personnes=5000",
  fiche: "/methodes/observation-terrain",
  parcours: "/parcours",
  "un-parcours": "/parcours/refondre-formulaire",
  cas: "/cas",
  formations: "/formations",
  glossaire: "/glossaire",
};

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** The whole dialogue by keyboard: description, questions, advice, a digression, a number, a choice. */
async function wholeDialogue(visit) {
  await visit.press("Tab");
  assert.equal((await visit.focus()).text, "Aller au contenu", "the first stop skips to the content");
  await visit.seesFocus();
  await visit.say(PROJECT);
  assert.deepEqual(await visit.messages(), [PROJECT]);
  await visit.untilAdvised();
  const advice = visit.lastReply();
  assert.ok((await advice.locator(".card h3").count()) >= 1);
  assert.ok((await advice.locator(".card dt").count()) >= 3);
  await visit.say("c'est quoi un persona ?");
  assert.match((await visit.lastReply().textContent()).toLowerCase(), /persona/);
  await visit.say("1");
  assert.equal((await visit.messages()).at(-1), "1");
}

export const tests = {
  async "a whole dialogue by keyboard only, with JavaScript"(house) {
    const visit = await Visit.start(house);
    await visit.page.evaluate(() => (window.sameDocument = true));
    await wholeDialogue(visit);
    assert.equal(await visit.page.evaluate(() => window.sameDocument), true, "the page was reloaded");
    assert.equal((await visit.focus()).id, "text", "after a typed message the focus stays in the field");
    const log = visit.page.getByRole("log");
    assert.equal(await log.getAttribute("aria-live"), "polite");
    const beforeReload = await log.innerText();
    await visit.page.reload();
    assert.equal(await log.innerText(), beforeReload, "the page built by the script is the page of the server");
    await visit.end();
  },

  async "a whole dialogue by keyboard only, without JavaScript"(house) {
    const visit = await Visit.start(house, { javaScriptEnabled: false });
    await wholeDialogue(visit);
    assert.ok(visit.page.url().endsWith("/#dernier"));
    const top = await visit.page.locator("#dernier").boundingBox();
    assert.ok(top.y >= 0 && top.y < 800, "the page opens at the last turn");
    await visit.end();
  },

  async "a pressed choice is said with its label, and reading goes on at the reply"(house) {
    const visit = await Visit.start(house);
    await visit.say(PROJECT);
    await visit.untilAdvised();
    const label = await visit.lastReply().locator("form.choices .label").first().textContent();
    await visit.choose(1);
    assert.equal((await visit.messages()).at(-1), label);
    assert.match((await visit.focus()).className, /coach/);
    assert.ok((await visit.page.locator("form.choices").count()) <= 1, "old choices cannot be pressed");
    await visit.end();
  },

  async "Shift and Enter goes to the next line; an empty message is not sent"(house) {
    const visit = await Visit.start(house);
    await visit.tabTo((at) => at.id === "text", "the message field");
    await visit.press("Enter");
    await visit.type("première ligne");
    await visit.press("Shift+Enter");
    await visit.type("seconde ligne");
    await visit.answered(() => visit.press("Enter"));
    assert.deepEqual(await visit.messages(), ["première ligne\nseconde ligne"]);
    await visit.end();
  },

  async "a message sent twice in haste is one message"(house) {
    const visit = await Visit.start(house);
    await visit.tabTo((at) => at.id === "text", "the message field");
    await visit.type(PROJECT);
    await visit.answered(async () => {
      await visit.press("Enter");
      await visit.press("Enter");
    });
    await visit.page.reload();
    assert.equal((await visit.messages()).length, 1);
    await visit.end();
  },

  async "a cut connection is tried again, and the message is answered once"(house) {
    const visit = await Visit.start(house);
    await visit.say("bonjour");
    let cuts = 2;
    await visit.page.route("**/messages", async (route) => {
      // The first time the request is cut, the second time its answer is.
      cuts -= 1;
      if (cuts === 0) await route.fetch();
      return cuts >= 0 ? route.abort() : route.continue();
    });
    await visit.say(PROJECT);
    await visit.page.reload();
    assert.deepEqual(await visit.messages(), ["bonjour", PROJECT]);
    visit.faults = visit.faults.filter((fault) => !fault.includes("ERR_FAILED"));
    await visit.end();
  },

  async "when the connection stays cut, it is said and the words are kept"(house) {
    const visit = await Visit.start(house);
    await visit.page.route("**/messages", (route) => route.abort());
    await visit.tabTo((at) => at.id === "text", "the message field");
    await visit.type(PROJECT);
    await visit.press("Enter");
    const alert = visit.page.getByRole("alert").filter({ hasText: "connexion" });
    await alert.waitFor();
    assert.equal(await visit.page.locator("#text").inputValue(), PROJECT);
    assert.equal(await visit.page.locator("#text").getAttribute("aria-invalid"), "true");
    assert.deepEqual(await visit.messages(), []);
    visit.faults = visit.faults.filter((fault) => !fault.includes("ERR_FAILED"));
    await visit.end();
  },

  async "an English answer is marked as English"(house) {
    const visit = await Visit.start(house);
    await visit.say("We want to understand what our users really need before we write the specifications.");
    assert.equal(await visit.lastReply().getAttribute("lang"), "en");
    await visit.end();
  },

  async "the exchange can be downloaded, then erased, by keyboard"(house) {
    for (const javaScriptEnabled of [true, false]) {
      const visit = await Visit.start(house, { javaScriptEnabled });
      await visit.say(PROJECT);
      await visit.tabTo((at) => at.text === "Télécharger mes échanges", "the download");
      const [download] = await Promise.all([visit.page.waitForEvent("download"), visit.press("Enter")]);
      const text = readFileSync(await download.path(), "utf8");
      assert.ok(text.includes(PROJECT), text);
      await visit.tabTo((at) => at.text === "Effacer cette conversation", "the erasure");
      await visit.press("Enter");
      await visit.page.waitForURL("**/effacer");
      await visit.tabTo((at) => at.text === "Effacer pour de bon", "the confirmation");
      await visit.press("Enter");
      await visit.page.getByText("Votre conversation est effacée").waitFor();
      assert.deepEqual(await visit.messages(), []);
      await visit.end();
    }
  },

  async "erasing by words leaves nothing to read"(house) {
    const visit = await Visit.start(house);
    await visit.say(PROJECT);
    await visit.say("effacer");
    await visit.say("oui");
    await visit.page.reload();
    assert.ok(!(await visit.page.locator("#echange").innerText()).includes(PROJECT));
    await visit.say("bonjour");
    assert.ok(!(await visit.page.locator("#echange").innerText()).includes(PROJECT));
    await visit.end();
  },

  async "another browser sees nothing of it"(house) {
    const visit = await Visit.start(house);
    await visit.say(PROJECT);
    const stranger = await Visit.start(house);
    assert.deepEqual(await stranger.messages(), []);
    await stranger.end();
    await visit.end();
  },
};

/** Every page, at both widths and in both themes: axe-core, width, and a picture of it. */
for (const [device, screen] of Object.entries({ 390: PHONE, 1440: { viewport: { width: 1440, height: 900 } } })) {
  for (const colorScheme of ["light", "dark"]) {
    tests[`every page is accessible and fits at ${device} pixels, ${colorScheme}`] = async (house) => {
      const visit = await Visit.start(house, { ...screen, colorScheme, reducedMotion: "reduce" });
      const look = (name) => inspect(visit, `${name}-${device}-${colorScheme}`);
      await look("empty");
      await visit.say(PROJECT);
      await look("question");
      await visit.untilAdvised();
      await look("advice");
      await visit.page.locator(".card").last().scrollIntoViewIfNeeded();
      await look("advice-end");
      for (const path of ["mentions", "accessibilite", "effacer", "nouvelle-conversation"]) {
        await visit.go(`/${path}`);
        await look(path);
      }
      await visit.go("/?avis=effacee");
      await look("news");
      for (const [name, path] of Object.entries(BASE_PAGES)) {
        await visit.go(path);
        await look(name);
      }
      await visit.end();
    };
  }
}

async function inspect(visit, name) {
  await visit.page.screenshot({ path: join(ROOT, "target", "screenshots", `${name}.png`) });
  assert.deepEqual(await visit.violations(), [], name);
  assert.ok((await visit.overflow()) <= 0, `${name}: the page is wider than the window`);
}

tests["every page fits at 320 pixels, as at 400 % zoom"] = async (house) => {
  const visit = await Visit.start(house, { viewport: { width: 320, height: 256 } });
  await visit.say(PROJECT);
  await visit.untilAdvised();
  assert.ok((await visit.overflow()) <= 0, "the talk is wider than the window");
  for (const path of ["/mentions", "/accessibilite", "/effacer", "/nouvelle-conversation", ...Object.values(BASE_PAGES)]) {
    await visit.go(path);
    assert.ok((await visit.overflow()) <= 0, `${path} is wider than the window`);
  }
  await visit.end();
};

const NEED = "les usagers reviennent trois fois parce qu'il manque un papier";

tests["methods are found while one types, and the address keeps what was asked"] = async (house) => {
  const visit = await Visit.start(house);
  await visit.go("/methodes");
  await visit.tabTo((at) => at.id === "q", "the search field");
  await visit.type(NEED);
  await visit.page.locator("#resultats .why").first().waitFor();
  assert.equal((await visit.focus()).id, "q", "the focus stays in the field");
  const found = await visit.page.locator("#resultats h3").allTextContents();
  assert.ok(found.length >= 3 && found.length <= 12, found.join());
  await visit.page.waitForURL("**/methodes?q=*");
  await visit.page.reload();
  assert.deepEqual(await visit.page.locator("#resultats h3").allTextContents(), found, "the same without the script");
  await visit.page.getByLabel("Temps disponible").selectOption("1");
  await visit.page.waitForURL("**&duree=1");
  await visit.end();
};

tests["methods are found without JavaScript, by the button, then read"] = async (house) => {
  const visit = await Visit.start(house, { javaScriptEnabled: false });
  await visit.go("/methodes");
  await visit.tabTo((at) => at.id === "q", "the search field");
  await visit.type(NEED);
  await visit.tabTo((at) => at.text === "Chercher", "the button");
  await visit.press("Enter");
  await visit.page.locator("#resultats .why").first().waitFor();
  const first = visit.page.locator("#resultats h3 a").first();
  const name = await first.textContent();
  await first.click();
  assert.equal(await visit.page.locator("h1").textContent(), name);
  await visit.end();
};

tests["every sheet prints on one A4 page"] = async (house) => {
  const visit = await Visit.start(house);
  await visit.go("/methodes");
  const paths = await visit.page.locator("#resultats h3 a").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
  assert.ok(paths.length >= 100, `${paths.length} sheets`);
  const long = [];
  for (const path of paths) {
    await visit.go(path);
    const pages = pagesOf(await visit.page.pdf({ preferCSSPageSize: true }));
    if (pages !== 1) long.push(`${path}: ${pages} pages`);
  }
  assert.deepEqual(long, []);
  await visit.end();
};

/** The number of pages that a PDF of Chromium declares in its page tree. */
function pagesOf(pdf) {
  const counts = [...pdf.toString("latin1").matchAll(/\/Type\s*\/Pages[^]*?\/Count\s+(\d+)/g)].map((match) => Number(match[1]));
  return Math.max(...counts);
}
