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
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longCaptions } from "../helpers/long-captions.ts";
import { FIXTURES, mediasearch, tempFolder } from "../helpers/run.ts";
import { atTerminal } from "../helpers/terminal.ts";
import { until } from "../helpers/until.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-interactive-"));
const films = join(home, "films");
beforeAll(async () => {
  mkdirSync(films);
  for (const name of ["lecture.mp3", "lecture.vtt", "news.mp3", "news.en.srt", "minutes.vtt"])
    copyFileSync(join(FIXTURES, name), join(films, name));
  await mediasearch(["index", films], { home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const open = (argv: readonly string[] = [], env: Record<string, string> = {}) =>
  atTerminal(["search", ...argv], { home, cwd: films, env });
const [UP, DOWN, ENTER, ESCAPE, BACKSPACE] = [
  "\u001b[A",
  "\u001b[B",
  "\r",
  "\u001b",
  "\u007f",
] as const;
const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 96);

/** Recordings in which every line is longer than a screen is wide. */
async function longLibrary(): Promise<{ readonly home: string; readonly folder: string }> {
  const long = tempFolder();
  const folder = join(long, "talks");
  mkdirSync(folder);
  for (const name of ["first", "second"])
    writeFileSync(join(folder, `${name}.vtt`), longCaptions());
  const { exitCode, stderr } = await mediasearch(["index", folder], { home: long });
  if (exitCode !== 0) throw new Error(stderr);
  return { home: long, folder };
}

describe("search without a query, on a terminal", () => {
  it("shows hits while words are typed, then by meaning, with what is said around the chosen one", async () => {
    const terminal = open(["--all-hits", "--min-score", "-1"]);
    await terminal.shows("type what was said");
    terminal.press("the riv");
    await terminal.shows(/lecture\.mp3 {2}0:00:03 {2}Student/);
    terminal.press("er bends");
    await terminal.shows(/the river bends .*hits · hybrid\s*$/m);
    await terminal.shows(/› {2}1 lecture\.mp3/);
    terminal.press(DOWN);
    await terminal.shows(/› {2}2 /);
    terminal.press(UP);
    await terminal.shows(/› {2}1 /);
    await terminal.shows("0:00:07  Ada Moreau: Because the ground is flat there");
    terminal.press(control("u"));
    await terminal.shows("type what was said");
    terminal.press(control("c"));
    expect(await terminal.exitCode).toBe(0);
  });

  it("leaves the terminal as it was", async () => {
    const terminal = open();
    await terminal.shows("type what was said");
    terminal.press(ESCAPE);
    expect(await terminal.exitCode).toBe(0);
    const written = terminal.written();
    // The other screen and back, the cursor hidden and shown again.
    expect([
      written.indexOf("\u001b[?1049h") >= 0,
      written.lastIndexOf("\u001b[?1049l") > written.lastIndexOf("\u001b[?1049h"),
    ]).toEqual([true, true]);
    expect(written.lastIndexOf("\u001b[?25h")).toBeGreaterThan(written.lastIndexOf("\u001b[?25l"));
  });

  it("plays the chosen hit at its moment, and copies its time", async () => {
    const player = join(home, "player.sh");
    const played = join(home, "played");
    writeFileSync(player, `#!/bin/sh\nprintf "%s %s" "$1" "$2" > '${played}'\n`);
    chmodSync(player, 0o755);
    const terminal = open(["--mode", "keyword"], {
      MEDIASEARCH_PLAYER: `${player} {seconds} {file}`,
    });
    terminal.press("coast");
    await terminal.shows("1 hit · keyword");
    terminal.press(ENTER);
    await until(() => existsSync(played) && readFileSync(played, "utf8") !== "");
    expect(readFileSync(played, "utf8")).toMatch(new RegExp(`^3\\.\\d{3} ${films}/lecture\\.mp3$`));
    terminal.press(control("y"));
    await terminal.shows("copied 0:00:03");
    expect(terminal.written()).toContain(
      `\u001b]52;c;${Buffer.from("lecture.mp3  0:00:03  Student: Why does the river bend so much near the coast?").toString("base64")}\u0007`,
    );
    terminal.press(BACKSPACE.repeat(5));
    await terminal.shows("type what was said");
    terminal.press("membership");
    await terminal.shows("Treasurer");
    terminal.press(ENTER);
    await terminal.shows("captions without their recording");
    terminal.press(control("c"));
    expect(await terminal.exitCode).toBe(0);
    // What was found last stays where the shell goes on.
    const left = terminal.written().slice(terminal.written().lastIndexOf("\u001b[?1049l"));
    expect(left).toMatch(/minutes\.vtt[^]*Treasurer[^]*membership/);
  });

  it("says what is wrong with a query and keeps what it showed; filters of the command line hold", async () => {
    const terminal = open(["--file", "lecture.*", "--mode", "keyword"]);
    terminal.press("tree");
    await terminal.shows("nothing found");
    terminal.press(control("w"));
    terminal.press("river ");
    await terminal.shows("2 hits · keyword");
    terminal.press('"the coast');
    await terminal.shows("1 hit · keyword");
    await terminal.shows(/› {2}1 lecture\.mp3[\s\S]*the quote is not closed/);
    terminal.press('"');
    await terminal.shows("1 hit · keyword");
    terminal.press(control("c"));
    expect(await terminal.exitCode).toBe(0);
  });

  it("keeps every part in its place, however long the lines and however small the screen", async () => {
    const { home: long, folder } = await longLibrary();
    for (const [columns, rows] of [
      [80, 24],
      [100, 40],
      [60, 12],
      [20, 6],
      [24, 4],
    ] as const) {
      const terminal = atTerminal(["search", "--mode", "keyword"], {
        home: long,
        cwd: folder,
        columns,
        rows,
      });
      await terminal.shows("type what");
      terminal.press("harbour ");
      await terminal.shows(
        rows < 10 ? /harbour[^]*› {2}1 / : /harbour.*first 50 of \d+ hits · keyword\s*\n/,
      );
      terminal.press(DOWN.repeat(3));
      await terminal.shows(/› {2}4 /);
      const lines = terminal
        .screen()
        .trimEnd()
        .split("\n")
        .map((one) => one.trimEnd());
      const size = `${columns} × ${rows}:\n${lines.join("\n")}`;
      expect(lines.length, size).toBeLessThan(rows);
      expect(lines[0], size).toMatch(/^❯ harbour/);
      expect(lines.at(-1), size).toMatch(/^↑↓ move/);
      const hits = lines.filter((one) => /^[› ] +\d+ \S+\.vtt/.test(one));
      expect(hits.length, size).toBe(rows < 10 ? rows - 3 : Math.floor((rows - 5) / 2));
      if (rows < 10) continue;
      const [, second] = /(\d:\d\d:\d\d)/.exec(hits.find((one) => one.startsWith("›")) ?? "") ?? [];
      const below = lines.slice(lines.findLastIndex((one) => one.startsWith("───")) + 1, -1);
      const own = below.findIndex((one) => one.startsWith(`${second}  Speaker`));
      expect(own, size).toBeGreaterThanOrEqual(0);
      expect(
        below
          .slice(own, own + 7)
          .join(" ")
          .includes("so much for the") || rows < 20,
        size,
      ).toBe(true);
      // Every other line is cut to one, none is written over another.
      expect(
        below.slice(0, own).every((one) => /^\d:\d\d:\d\d {2}Speaker \d: .*…$/.test(one)),
        size,
      ).toBe(true);
      terminal.press(control("c"));
      await terminal.exitCode;
    }
  });

  it("says all of what is wrong while the user moves, and what may have been meant", async () => {
    const terminal = atTerminal(["search"], { home, cwd: films, columns: 60, rows: 24 });
    terminal.press("river ");
    await terminal.shows(/· (keyword|hybrid)/);
    terminal.press("origin:tape");
    await terminal.shows(/hits · hybrid\s*\n[^]*captions[^]*asr/);
    const told = terminal.screen();
    terminal.press(UP);
    await new Promise((done) => setTimeout(done, 200));
    expect(terminal.screen()).toBe(told);
    terminal.press(control("u"));
    terminal.press("memebrship");
    await terminal.shows(/did you mean: membership/);
    terminal.press("\t");
    await terminal.shows(/❯ membership .*hybrid/);
    await terminal.shows("Treasurer");
    terminal.press(control("c"));
    expect(await terminal.exitCode).toBe(0);
  });

  it("stops at a signal, with the exit code of it", async () => {
    for (const [signal, code] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      const stop = new AbortController();
      const terminal = atTerminal(["search"], { home, cwd: films, signal: stop.signal });
      await terminal.shows("type what was said");
      stop.abort(signal);
      expect(await terminal.exitCode).toBe(code);
      expect(terminal.written()).toContain("\u001b[?1049l");
    }
  });

  it("is a usage error where nobody types, and says before it draws that there is no library", async () => {
    expect((await mediasearch(["search"], { home })).stderr).toContain("nothing to search for");
    const terminal = atTerminal(["search"], { home: tempFolder() });
    expect(await terminal.exitCode).toBe(10);
    expect(terminal.written()).not.toContain("\u001b[?1049h");
  });
});
