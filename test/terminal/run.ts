/**
 * The interactive search in a real terminal: `npm run test:terminal`. Starts the built program in
 * tmux, sends keys, reads the screen. Ends with 0 and says so where there is no tmux;
 * `test/cli/interactive.test.ts` tests the same without one, in every run.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { longCaptions } from "../helpers/long-captions.ts";
import { BIN, environment, FIXTURES } from "../helpers/run.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const home = mkdtempSync(join(tmpdir(), "mediasearch-terminal-"));
const socket = join(home, "tmux");
const tmux = (...args: readonly string[]): string =>
  execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], { encoding: "utf8" });
const screen = (): string => tmux("capture-pane", "-p");
const keys = (...names: readonly string[]): string => tmux("send-keys", ...names);
const type = (text: string): string => tmux("send-keys", "-l", text);

async function shows(what: RegExp, step: string): Promise<void> {
  for (let i = 0; i < 600 && !what.test(screen()); i++)
    await new Promise((done) => setTimeout(done, 50));
  if (!what.test(screen())) throw new Error(`${step}: ${what} never came up:\n${screen()}`);
  say(`ok  ${step}`);
}

function prepare(): {
  readonly films: string;
  readonly played: string;
  readonly env: Record<string, string>;
} {
  const films = join(home, "films");
  mkdirSync(films);
  for (const name of ["lecture.mp3", "lecture.vtt", "news.mp3", "news.en.srt"])
    copyFileSync(join(FIXTURES, name), join(films, name));
  const played = join(home, "played");
  const player = join(home, "player.sh");
  writeFileSync(player, `#!/bin/sh\nprintf "%s %s" "$1" "$2" > '${played}'\n`);
  chmodSync(player, 0o755);
  writeFileSync(join(films, "long.vtt"), longCaptions());
  const env = environment(home, { MEDIASEARCH_PLAYER: `${player} {seconds} {file}` });
  execFileSync(process.execPath, [BIN, "index", films], { env, stdio: "ignore" });
  return { films, played, env };
}

async function test(): Promise<void> {
  const { films, played, env } = prepare();
  execFileSync(
    "tmux",
    [
      "-S",
      socket,
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      "100",
      "-y",
      "28",
      "-c",
      films,
      "/bin/sh",
    ],
    { env },
  );
  tmux("set-option", "-g", "set-clipboard", "on");
  type("PS1='prompt> '; clear");
  keys("Enter");
  await shows(/^prompt>/, "a shell");
  type(`echo before; '${process.execPath}' '${BIN}' search`);
  keys("Enter");
  await shows(/type what was said/, "the search has a screen of its own");
  type("the riv");
  await shows(/lecture\.mp3 {2}0:00:03 {2}Student/, "hits are there while a word is typed");
  type("er bends");
  await shows(/ · hybrid\s*\n/, "meaning follows when nobody types");
  keys("Down");
  await shows(/› {2}2 /, "the arrow keys move");
  keys("Up");
  await shows(
    /› {2}1 [\s\S]*0:00:07 {2}Ada Moreau: Because the ground/,
    "what is said around the chosen hit is there to read",
  );
  tmux("resize-window", "-x", "70", "-y", "20");
  await shows(/^❯ the river bends.*hybrid\s*\n─{70}\n/, "another size of the window is drawn anew");
  keys("Enter");
  for (let i = 0; i < 200 && !existsSync(played); i++)
    await new Promise((done) => setTimeout(done, 50));
  if (!/^3\.\d{3} .*lecture\.mp3$/.test(readFileSync(played, "utf8")))
    throw new Error(`played at another moment: ${readFileSync(played, "utf8")}`);
  say("ok  Enter plays the hit at its moment");
  keys("C-y");
  await shows(/copied 0:00:03/, "^Y copies the time");
  if (tmux("show-buffer") !== "0:00:03")
    throw new Error(`the clipboard holds ${tmux("show-buffer")}`);
  say("ok  the terminal's clipboard has it");
  keys("C-u");
  tmux("resize-window", "-x", "80", "-y", "24");
  type("harbour");
  await shows(/^❯ harbour .*· (?:hybrid|keyword)/, "another question");
  keys("Down", "Down", "Down");
  await shows(
    /^❯ harbour .*\n─{80}\n(?: {2} +\d+ long.*\n){3}› {2}4 (?:.*\n){6}─{80}\n(?:\d:.*…\n)+0:.*(?:\n.*)*\n↑↓ move/,
    "long lines leave every part in its place",
  );
  keys("C-c");
  await shows(/before\nprompt>\s*$/, "^C leaves the terminal as it was");
  type("echo $?; stty -a | grep -c ' echo '");
  keys("Enter");
  await shows(/\n0\n1\n/, "the exit code is 0 and what is typed is seen again");
}

if (spawnSync("tmux", ["-V"]).status !== 0) {
  say(
    "SKIPPED: there is no tmux on this machine; install it to test the interactive search in a real terminal",
  );
} else {
  try {
    await test();
    say("the interactive search works in a terminal");
  } finally {
    spawnSync("tmux", ["-S", socket, "kill-server"]);
    rmSync(home, { recursive: true, force: true });
  }
}
