// Starts the real program and a real browser, and says what is missing when it cannot.

import { execFile, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** What the program logged. */
export const LOG = join(ROOT, "target", "browser.log");

export class Missing extends Error {}

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

// Without the network options, Chromium calls its maker's servers at each start.
const CHROMIUM_OPTIONS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function modules() {
  try {
    const { chromium } = await import("playwright-core");
    const { default: axe } = await import("axe-core");
    return { chromium, axe };
  } catch {
    throw new Missing("the node modules are missing: run `npm ci` in tests/browser");
  }
}

/** A browser, and the source of axe-core to be run in its pages. */
export async function openBrowser() {
  if (!existsSync(CHROMIUM)) {
    throw new Missing(`no Chromium at ${CHROMIUM}: install the package « chromium », or name one in CHROMIUM`);
  }
  const { chromium, axe } = await modules();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_OPTIONS });
  return { browser, axe: axe.source };
}

const program = () => process.env.DECLIC ?? join(ROOT, "target", "debug", "declic");

/**
 * The program on a free port with a data folder of its own, in which so many conversations were invented; `DECLIC` names
 * another binary, `settings` are variables.
 */
export async function openHouse(settings = {}, log = LOG, conversations = 0) {
  if (!existsSync(program())) {
    throw new Missing(`no program at ${program()}: run \`cargo build\`, or name one in DECLIC`);
  }
  const data = mkdtempSync(join(tmpdir(), "declic-browser-"));
  const written = openSync(log, "w");
  const env = { ...process.env, DECLIC__WEB__MESSAGES_PER_MINUTE: "10000", ...settings };
  if (conversations > 0) {
    const demo = ["demo", "--conversations", String(conversations), "--data", data];
    await promisify(execFile)(program(), demo, { cwd: ROOT, env });
  }
  const child = spawn(program(), ["serve", "--listen", "127.0.0.1:0", "--data", data], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", written],
  });
  closeSync(written);
  const ended = new Promise((done) => child.once("exit", done));
  const said = listen(child);
  const address = await said(/http:\/\/127\.0\.0\.1:\d+/);
  /** Runs another command of the program on the same data, and gives what it prints. */
  const ask = async (...args) => {
    const listen = address.slice("http://".length);
    const { stdout } = await promisify(execFile)(program(), [...args, "--listen", listen, "--data", data], { cwd: ROOT, env });
    return stdout.trim();
  };
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return { address, data, said, ask, close };
}

/** Gives what the program has printed, or prints, that looks so. */
function listen(child) {
  let printed = "";
  const waiting = new Set();
  createInterface({ input: child.stdout }).on("line", (line) => {
    printed += `${line}\n`;
    for (const look of waiting) look();
  });
  return (pattern) =>
    new Promise((found, failed) => {
      const look = () => {
        const match = printed.match(pattern)?.[0];
        if (match) waiting.delete(look), found(match);
      };
      waiting.add(look);
      look();
      child.once("exit", (code) => failed(new Error(`the program ended with ${code} before it printed ${pattern}`)));
      setTimeout(() => failed(new Error(`the program did not print ${pattern} within two minutes`)), 120_000).unref();
    });
}
