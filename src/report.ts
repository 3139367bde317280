import { commandOf, EVERYWHERE } from "./commands/table.ts";
import type { MediasearchError } from "./errors.ts";
import { columnsOf, type Io, painter, plain } from "./output.ts";

/** With JSON output the last line of stderr is the error as JSON. */
export function report(
  error: MediasearchError,
  argv: readonly string[],
  { stderr, env }: Pick<Io, "stderr" | "env">,
): void {
  const { code, message, hint, subject } = error;
  if (wantsJson(argv)) {
    stderr.write(
      `${JSON.stringify({ error: { code, exitCode: error.exitCode, message, hint: hint ?? null, subject: subject ?? null } })}\n`,
    );
    return;
  }
  const paint = painter(stderr, env);
  stderr.write(`${paint("red", "error:")} ${plain(message)}\n`);
  if (error.excerpt) stderr.write(`${withCaret(plain(error.excerpt.text), error.excerpt.at)}\n`);
  if (hint) stderr.write(`${paint("cyan", "next:")}  ${plain(hint)}\n`);
  if (code === "BUG" && env["MEDIASEARCH_DEBUG"])
    stderr.write(`${(error.cause as Error | undefined)?.stack ?? error.stack}\n`);
}

const withCaret = (text: string, at: number): string =>
  `  ${text}\n  ${" ".repeat(columnsOf(text.slice(0, at)))}^`;

/** Whether the command line asks for JSON, also one that the parser refuses. What is the value of an option, or stands after `--`, asks for nothing. */
export function wantsJson(argv: readonly string[]): boolean {
  const options = [...(commandOf(argv)?.options ?? []), ...EVERYWHERE].map(({ flags }) => flags);
  const taking = new Set(
    options
      .filter((flags) => flags.includes("<"))
      .flatMap((flags) => flags.replace(/ <.*/, "").split(", ")),
  );
  for (let i = 0; i < argv.length && argv[i] !== "--"; i++) {
    const arg = argv[i] ?? "";
    if (arg === "--json" || /^--format=(?:nd)?json$/.test(arg)) return true;
    if (arg === "--format" && /^(?:nd)?json$/.test(argv[i + 1] ?? "")) return true;
    if (taking.has(arg)) i++;
  }
  return false;
}
