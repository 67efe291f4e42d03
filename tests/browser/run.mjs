// Runs the browser tests against the real program: `node tests/browser/run.mjs [part of a name]`.
// The last line counts them; the exit code says whether all passed.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LOG, Missing, openBrowser, openHouse, ROOT } from "./house.mjs";
import { consoleTests, openConsole } from "./console.mjs";
import { tests } from "./tests.mjs";

const wanted = process.argv[2] ?? "";
let passed = 0;
let failed = 0;

async function main() {
  mkdirSync(join(ROOT, "target", "screenshots"), { recursive: true });
  const { browser, axe } = await openBrowser();
  const house = await openHouse().catch(async (error) => {
    await browser.close();
    throw error;
  });
  const open = [house];
  try {
    for (const [name, test] of Object.entries(tests)) {
      if (name.includes(wanted)) await run(name, () => test({ browser, axe, address: house.address }));
    }
    const console = Object.entries(consoleTests).filter(([name]) => name.includes(wanted));
    if (console.length === 0) return;
    const desk = await openConsole();
    open.push(desk);
    for (const [name, test] of console) await run(name, () => test({ browser, axe, ...desk }));
  } finally {
    await browser.close();
    for (const one of open) await one.close();
  }
}

async function run(name, test) {
  const start = Date.now();
  try {
    await test();
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - start} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}

try {
  await main();
} catch (error) {
  failed += 1;
  console.log(error instanceof Missing ? `FAILED  ${error.message}` : error.stack);
}
if (failed > 0) console.log(`What the program logged: ${LOG}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
