/**
 * Makes docs/terminal.svg, the picture in the README: `npm run picture`. It indexes some of the
 * fixtures and searches them with the built program, in a real terminal (tmux), and draws what that
 * terminal shows at the end. Run it again when the output of `index` or `search` changes.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ansiToSvg } from "./ansi-to-svg.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COLUMNS = 92;
const ROWS = 60;
const RECORDINGS = [
  "boiler.mp4",
  "bridge.mp3",
  "budget.wav",
  "dialogue.ogg",
  "lecture.mp3",
  "lecture.vtt",
  "minutes.vtt",
  "museum.avi",
];
const COMMANDS = [
  "mediasearch index recordings",
  'mediasearch search "the budget for next year" --limit 2',
  'mediasearch search "who fixes the heating" --limit 2',
];
const MAX_WAIT_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "mediasearch-picture-"));
const tmux = (...args: readonly string[]): string =>
  execFileSync("tmux", ["-S", join(folder, "tmux"), "-u", "-f", "/dev/null", ...args], {
    encoding: "utf8",
  });

function prepare(): void {
  mkdirSync(join(folder, "recordings"));
  for (const name of RECORDINGS)
    copyFileSync(join(ROOT, "fixtures/media", name), join(folder, "recordings", name));
  const command = join(folder, "mediasearch");
  const program = join(ROOT, "bin/mediasearch.js");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(command, 0o755);
}

/** Waits until the shell asks for the next command. */
async function waitForPrompt(): Promise<void> {
  const until = Date.now() + MAX_WAIT_MS;
  while (!tmux("capture-pane", "-p").trimEnd().endsWith("\n$")) {
    if (Date.now() > until) throw new Error(`no end in sight:\n${tmux("capture-pane", "-p")}`);
    await setTimeout(200);
  }
}

async function record(): Promise<string> {
  const settings = {
    PATH: `${folder}:/usr/bin:/bin`,
    PS1: "\n$ ",
    MEDIASEARCH_HOME: join(folder, "home"),
    MEDIASEARCH_LINKS: "never",
  };
  const env = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const size = ["-x", String(COLUMNS), "-y", String(ROWS)];
  tmux("new-session", "-d", ...size, "-c", folder, "env", ...env, "sh");
  for (const command of COMMANDS) {
    await setTimeout(500);
    tmux("send-keys", "-l", command);
    tmux("send-keys", "Enter");
    await setTimeout(500);
    await waitForPrompt();
  }
  return tmux("capture-pane", "-p", "-e").trim().replace(/\n\$$/, "");
}

try {
  prepare();
  const title = `A terminal: ${COMMANDS.join(", then ")}, and what they print`;
  writeFileSync(join(ROOT, "docs/terminal.svg"), ansiToSvg(await record(), COLUMNS, title));
} finally {
  try {
    tmux("kill-server");
  } catch {
    // No server was started: tmux is missing, which the first error says.
  }
  rmSync(folder, { recursive: true, force: true });
}
