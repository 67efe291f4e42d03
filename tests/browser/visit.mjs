// A person in front of the page: what they can do with a keyboard, and what they can know.

import assert from "node:assert/strict";

const WAIT = 30_000;

export class Visit {
  /** The page that is opened first. */
  static first = "/";

  /** `options` are those of a browser context: width, colour scheme, whether scripts run. */
  static async start(house, options = {}) {
    const context = await house.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "fr-FR", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT);
    const visit = new this(house, context, page, options);
    page.on("pageerror", (error) => visit.faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && visit.faults.push(message.text()));
    await visit.go(this.first);
    return visit;
  }

  constructor(house, context, page, { javaScriptEnabled = true, hasTouch = false }) {
    // People with a screen to touch use it; all others use the keyboard alone.
    Object.assign(this, { house, context, page, scripted: javaScriptEnabled, touches: hasTouch, faults: [] });
  }

  async go(path) {
    await this.page.goto(this.house.address + path);
  }

  async end() {
    await this.context.close();
    assert.deepEqual(this.faults, [], "the browser reported errors");
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  type(words) {
    return this.page.keyboard.type(words);
  }

  /** What has the focus: its tag, id, and visible text. */
  focus() {
    return this.page.evaluate(() => {
      const { tagName, id, name, textContent, className } = document.activeElement;
      return { tag: tagName.toLowerCase(), id, name, className, text: textContent.trim().replace(/\s+/g, " ") };
    });
  }

  /** Goes forward with Tab, as a person does, until `wanted` says yes; every stop must be visible. */
  async tabTo(wanted, what) {
    for (let stops = 0; stops < 60; stops += 1) {
      await this.press("Tab");
      if (wanted(await this.focus())) {
        await this.seesFocus();
        return;
      }
    }
    assert.fail(`Tab never comes to ${what}`);
  }

  /** The page may still be scrolling when the key is released. */
  async seesFocus() {
    let seen = await this.focusSeen();
    for (let tries = 0; tries < 10 && !seen.inSight; tries += 1) {
      await this.page.waitForTimeout(50);
      seen = await this.focusSeen();
    }
    assert.deepEqual(seen, { outline: true, inSight: true }, "the focus cannot be seen");
  }

  focusSeen() {
    return this.page.evaluate(() => {
      const focused = document.activeElement;
      const style = getComputedStyle(focused);
      const box = focused.getBoundingClientRect();
      const x = box.left + box.width / 2;
      const y = box.top + Math.min(box.height / 2, 12);
      const above = document.elementFromPoint(x, y);
      return {
        outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inSight: focused === above || focused.contains(above) || above?.contains(focused) === true,
      };
    });
  }

  replies() {
    return this.page.locator("#echange article.coach");
  }

  messages() {
    return this.page.locator("#echange article.person .words").allTextContents();
  }

  lastReply() {
    return this.replies().last();
  }

  /** Types a message and sends it, then waits for the answer. */
  async say(words) {
    if (this.touches) {
      await this.page.getByLabel("Votre message").fill(words);
      return this.answered(() => this.page.getByRole("button", { name: "Envoyer" }).tap());
    }
    if ((await this.focus()).id !== "text") await this.tabTo((at) => at.id === "text", "the message field");
    await this.type(words);
    await this.answered(async () => {
      if (this.scripted) return this.press("Enter");
      await this.press("Tab");
      return this.press("Enter");
    });
  }

  /** Presses the choice of this number, then waits for the answer. */
  async choose(number) {
    if (this.touches) {
      const button = this.page.locator("form.choices button").nth(number - 1);
      return this.answered(() => button.tap());
    }
    const starts = (at) => at.tag === "button" && at.text.startsWith(`${number}. `);
    if (!starts(await this.focus())) await this.tabTo(starts, `choice ${number}`);
    await this.answered(() => this.press("Enter"));
  }

  async answered(act) {
    const before = await this.replies().count();
    const mine = (await this.messages()).length;
    await act();
    await this.page.waitForFunction(
      ([replies, messages]) =>
        document.querySelectorAll("#echange article.coach").length > replies &&
        document.querySelectorAll("#echange article.person").length > messages,
      [before, mine],
    );
    if (this.scripted) await this.page.locator("#attente:empty").waitFor({ state: "attached" });
  }

  /** Answers whatever is asked until methods are recommended. */
  async untilAdvised() {
    for (let turns = 0; turns < 10; turns += 1) {
      if ((await this.lastReply().locator(".card").count()) > 0) return;
      if ((await this.lastReply().locator("form.choices").count()) > 0) await this.choose(1);
      else await this.say("passer");
    }
    assert.fail("no method was recommended");
  }

  async overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** What axe-core finds wrong, best practices included. */
  async violations() {
    await this.page.evaluate(this.house.axe);
    const results = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`);
  }
}
