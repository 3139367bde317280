import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLines } from "../scripts/command-line.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "../scripts/completion-text.ts";
import { manPage } from "../scripts/man-text.ts";
import { COMMANDS } from "../src/cli/command-table.ts";
import { mediasearch, ROOT, tempFolder } from "./helpers/run.ts";
import { PATIENCE_MS } from "./helpers/until.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** What a real bash offers for these words, the last one being typed. */
function offered(...words: readonly string[]): string[] {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _mediasearch; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync(
    "bash",
    [
      "--norc",
      "-c",
      script,
      "bash",
      join(ROOT, "completions/mediasearch.bash"),
      "mediasearch",
      ...words,
    ],
    { encoding: "utf8" },
  )
    .split("\n")
    .filter((word) => word !== "");
}

describe("completion in bash", () => {
  it("offers commands, their options, and what options and arguments may be", () => {
    expect(offered("")).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)));
    expect(offered("se")).toEqual(["search", "serve"]);
    expect(offered("search", "boiler", "--mo")).toEqual(["--mode"]);
    expect(offered("search", "boiler", "--mode", "")).toEqual(["keyword", "semantic", "hybrid"]);
    expect(offered("search", "boiler", "-m", "h")).toEqual(["hybrid"]);
    expect(offered("search", "boiler", "--mode", "=", "s")).toEqual(["semantic"]);
    expect(offered("jobs", "re")).toEqual(["retry"]);
    expect(offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(offered("help", "tr")).toEqual(["transcript"]);
  });

  it("leaves files, and values that only the user knows, to the shell", () => {
    expect(offered("index", "")).toEqual([]);
    expect(offered("index", "--store", "")).toEqual([]);
    expect(offered("search", "--limit", "-")).toEqual([]);
    expect(offered("jobs", "show", "")).toEqual([]);
  });

  it("offers no option after --", () => {
    expect(offered("search", "--", "-")).toEqual([]);
    expect(offered("search", "--", "river", "--mo")).toEqual([]);
  });

  it("knows every option of every command", () => {
    for (const { name, options } of commandLines())
      expect(offered(name, "-"), name).toEqual(
        options.flatMap(({ short, long }) => [
          ...(short === undefined ? [] : [`-${short}`]),
          `--${long}`,
        ]),
      );
  });
});

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

describe.skipIf(!has("zsh"))("completion in zsh", () => {
  /**
   * What a real zsh, at a terminal of its own, makes of these keys when each step may take `pauseS`
   * seconds.
   */
  function typedSlowly(keys: string, pauseS: number): string {
    const script = [
      "zmodload zsh/zpty",
      "zpty z zsh -f -i",
      "zpty -w z 'PS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source '$1",
      "zpty -w z 'bindkey \"^M\" accept-line'",
      `sleep ${pauseS}`,
      `zpty -w -n z ${JSON.stringify(keys)}$'\\t'`,
      `sleep ${pauseS}`,
      "zpty -w -n z $'\\x15'",
      "zpty -r -t z out; print -r -- $out",
      "while zpty -r -t z out; do print -r -- $out; done",
    ].join("\n");
    return execFileSync(
      "zsh",
      ["-f", "-c", script, "zsh", join(ROOT, "completions/mediasearch.zsh")],
      { encoding: "utf8", timeout: PATIENCE_MS },
    );
  }

  /** Nothing says when zsh is ready, so a busy machine gets more time in a second and third try. */
  const typed = (keys: string, completed: string): string =>
    [1, 4, 15].reduce(
      (shown, pauseS) => (shown.includes(completed) ? shown : typedSlowly(keys, pauseS)),
      "",
    );

  it("completes values in either form, and the commands of help", () => {
    expect(typed("mediasearch search boats --mode=h", "ybrid")).toContain("ybrid");
    expect(typed("mediasearch search boats --mode h", "ybrid")).toContain("ybrid");
    expect(typed("mediasearch help transc", "ript")).toContain("ript");
  });
});

describe.skipIf(!has("man"))("the manual page", () => {
  it("shows tables and examples as they are typed, on a narrow page too", () => {
    const shown = execFileSync("man", ["-l", join(ROOT, "man/mediasearch.1")], {
      encoding: "utf8",
      env: { ...process.env, MANWIDTH: "72", LC_ALL: "C.UTF-8", MAN_KEEP_FORMATTING: "" },
    });
    for (const { examples, details = "" } of COMMANDS)
      for (const line of [
        ...examples.map(([command]) => command),
        ...details.split("\n").filter((one) => one.startsWith("  ")),
      ])
        expect(shown).toContain(line.trimEnd());
  });
});

describe("what is made for shells and man", () => {
  it("is as the program is, and printed by the command", async () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    const wanted = { bash: bashCompletion(), zsh: zshCompletion(), fish: fishCompletion() };
    for (const [shell, text] of Object.entries(wanted)) {
      expect(read(`completions/mediasearch.${shell}`), "run: npm run docs").toBe(text);
      expect(await mediasearch(["completion", shell], { home: tempFolder() })).toEqual({
        exitCode: 0,
        stdout: text,
        stderr: "",
      });
    }
    expect(read("man/mediasearch.1"), "run: npm run docs").toBe(manPage(version));
    expect((await mediasearch(["completion", "tcsh"], { home: tempFolder() })).exitCode).toBe(2);
  });

  it("names every command with each of its options in every form", () => {
    const page = read("man/mediasearch.1");
    for (const { name, options } of commandLines()) {
      expect(page).toContain(`.SS ${name}\n`);
      expect(read("completions/mediasearch.zsh")).toContain(`    ${name}) _arguments`);
      for (const { long } of options) {
        expect(page).toContain(`--${long}`.replaceAll("-", "\\-"));
        expect(read("completions/mediasearch.fish")).toMatch(
          new RegExp(`from ${name}'.* -l ${long} `),
        );
      }
    }
    // Commands are there to be copied, each on a line of its own.
    for (const { examples } of COMMANDS)
      for (const [command] of examples)
        expect(page).toContain(
          `\n.EX\n${command.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replaceAll("~", "\\(ti")}\n.EE\n`,
        );
    expect(page).toContain("hybrid (default: hybrid)");
    // No line of text may be taken for a request.
    for (const line of page.split("\n").filter((one) => one.startsWith(".")))
      expect(line).toMatch(/^\.(\\"|TH|SH|SS|TP|PP|nh|ad l|nf|fi|EX|EE|RS 4|RE)/);
  });
});
