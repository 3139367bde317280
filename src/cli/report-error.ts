import { quoteShellWord } from "../shell-words.ts";
import { commandOf } from "./command-table.ts";
import { GLOBAL_OPTIONS } from "./specs/shared.ts";
import type { MediasearchError } from "../errors.ts";
import { displayWidth, styler } from "../terminal/style.ts";
import type { CliStreams } from "../terminal/io.ts";
import { stripControls } from "../text/strip-controls.ts";
import { formatJson } from "../text/format.ts";

/** With JSON output the last line of stderr is the error as JSON. */
export function reportError(
  error: MediasearchError,
  argv: readonly string[],
  { stderr, env }: Pick<CliStreams, "stderr" | "env">,
): void {
  const { code, message, subject } = error;
  const hint = error.hint === undefined ? undefined : withStore(error.hint, storeOf(argv));
  if (wantsJson(argv)) {
    stderr.write(
      `${formatJson({ error: { code, exitCode: error.exitCode, message, hint: hint ?? null, subject: subject ?? null } })}\n`,
    );
    return;
  }
  const paint = styler(stderr, env);
  stderr.write(`${paint("red", "error:")} ${stripControls(message)}\n`);
  if (error.excerpt)
    stderr.write(`${withCaret(stripControls(error.excerpt.text), error.excerpt.at)}\n`);
  if (hint) stderr.write(`${paint("cyan", "next:")}  ${stripControls(hint)}\n`);
  if (code === "BUG" && env["MEDIASEARCH_DEBUG"])
    stderr.write(
      `${((error.cause as Error | undefined)?.stack ?? error.stack ?? "").split("\n").map(stripControls).join("\n")}\n`,
    );
}

const withCaret = (text: string, at: number): string =>
  `  ${text}\n  ${" ".repeat(displayWidth(text.slice(0, at)))}^`;

/**
 * Whether the command line asks for JSON, also one that the parser refuses. What is the value of an
 * option, or stands after `--`, asks for nothing.
 */
export function wantsJson(argv: readonly string[]): boolean {
  const { taking } = optionsOf(argv[0] ?? "");
  for (let i = 0; i < argv.length && argv[i] !== "--"; i++) {
    const arg = argv[i] ?? "";
    if (arg === "--json" || /^--format=(?:nd)?json$/.test(arg)) return true;
    if (arg === "--format" && /^(?:nd)?json$/.test(argv[i + 1] ?? "")) return true;
    if (taking.has(arg)) i++;
  }
  return false;
}

/** As they are typed, such as `-l` and `--limit`: those without a value, and those with one. */
export function optionsOf(name: string): Record<"switches" | "taking", ReadonlySet<string>> {
  const options = [...(commandOf([name])?.options ?? []), ...GLOBAL_OPTIONS].map(
    ({ flags }) => flags,
  );
  const namesOf = (some: readonly string[]): ReadonlySet<string> =>
    new Set(some.flatMap((flags) => flags.replace(/ [<[].*/, "").split(", ")));
  return {
    switches: namesOf(options.filter((flags) => !flags.includes("<"))),
    taking: namesOf(options.filter((flags) => flags.includes("<"))),
  };
}

function storeOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((arg) => arg === "--store" || arg.startsWith("--store="));
  if (at < 0) return undefined;
  return argv[at]?.startsWith("--store=") ? argv[at].slice(8) : argv[at + 1];
}

/** The commands of a hint are for the library that the command line named. */
export function withStore(hint: string, store: string | undefined): string {
  if (store === undefined || hint.includes("--store")) return hint;
  return hint.replace(/\bmediasearch ([a-z]+)\b/g, (whole, name: string) =>
    commandOf([name])?.options.some(({ flags }) => flags.startsWith("--store"))
      ? `${whole} --store ${quoteShellWord(store)}`
      : whole,
  );
}
