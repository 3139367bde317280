import { readFileSync } from "node:fs";
import { Argument, Command as Program, CommanderError, Option } from "commander";
import type { CommandSpec, Flags } from "./commands/command.ts";
import { COMMANDS, EVERYWHERE } from "./commands/table.ts";
import { loadConfig, type LoadedConfig } from "./config/load.ts";
import { createContext } from "./context.ts";
import { ERRORS, MediasearchError, toMediasearchError } from "./errors.ts";
import { columnsOf, type Io, painter, plain } from "./output.ts";
import { inBucket } from "./place.ts";

/** Runs one command. Never throws; @returns the exit code. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const program = build(argv, io, (code) => { exitCode = code; });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERRORS.USAGE.exit;
    const mine = asStopped(error, io.signal);
    if (mine.subject !== "EPIPE") report(mine, io, argv.includes("--json") || argv.some((arg) => /^(--format=)?(nd)?json$/.test(arg)));
    return mine.exitCode;
  }
}

function asStopped(error: unknown, signal: AbortSignal): MediasearchError {
  if (!signal.aborted) return toMediasearchError(error);
  if (signal.reason === "SIGTERM") return new MediasearchError("TERMINATED", "stopped; the same command goes on from here");
  return new MediasearchError("INTERRUPTED", "stopped; the same command goes on from here", { subject: String(signal.reason) });
}

/** With JSON output the last line of stderr is the error as JSON. */
function report(error: MediasearchError, io: Io, asJson: boolean): void {
  const { code, message, hint, subject } = error;
  if (asJson) {
    io.stderr.write(`${JSON.stringify({ error: { code, exitCode: error.exitCode, message, hint: hint ?? null, subject: subject ?? null } })}\n`);
    return;
  }
  const paint = painter(io.stderr, io.env);
  io.stderr.write(`${paint("red", "error:")} ${plain(message)}\n`);
  if (error.excerpt) io.stderr.write(`${withCaret(plain(error.excerpt.text), error.excerpt.at)}\n`);
  if (hint) io.stderr.write(`${paint("cyan", "next:")}  ${plain(hint)}\n`);
  if (code === "BUG" && io.env["MEDIASEARCH_DEBUG"]) io.stderr.write(`${(error.cause as Error | undefined)?.stack ?? error.stack}\n`);
}

const withCaret = (text: string, at: number): string => `  ${text}\n  ${" ".repeat(columnsOf(text.slice(0, at)))}^`;

function version(): string {
  return (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;
}

/** Of all commands only the one that comes first is made ready; without one, all that help and suggestions tell of. */
function build(argv: readonly string[], io: Io, onExit: (code: number) => void): Program {
  const program = new Program("mediasearch")
    .description("Find what is said in audio and video.")
    .version(argv.some((arg) => /^-+v/i.test(arg)) ? version() : "")
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .addHelpText("after", '\nExamples:\n  $ mediasearch index ~/Recordings\n  $ mediasearch search "the budget for next year"\n  $ mediasearch doctor\n\nEvery command takes --config <file> and --env-file <file>; mediasearch config shows all settings and where they come from.');
  const named = COMMANDS.filter(({ name }) => name === argv[0]);
  for (const spec of named.length > 0 ? named : COMMANDS) addCommand(program, spec, io, onExit);
  return program;
}

function addCommand(program: Program, spec: CommandSpec, io: Io, onExit: (code: number) => void): void {
  const command = program.command(spec.name).summary(spec.summary).description(helpIntro(spec)).addHelpText("after", () => helpEnd(spec));
  for (const { name, help, choices } of spec.args) {
    const argument = new Argument(name, help);
    command.addArgument(choices ? argument.choices([...choices]) : argument);
  }
  for (const { flags, help, choices, fallback, repeatable } of spec.options) {
    const option = new Option(flags, help);
    if (choices) option.choices([...choices]);
    if (fallback !== undefined) option.default(fallback);
    if (repeatable) option.argParser((value: string, earlier: readonly string[] = []) => [...earlier, value]);
    command.addOption(option);
  }
  for (const { flags, help } of EVERYWHERE) if (!spec.options.some((option) => option.flags === flags)) command.addOption(new Option(flags, help).hideHelp());
  command.action(async () => {
    const flags = command.opts() as Flags;
    const config = loadConfig(flags, io);
    if (!spec.showsNotices) tellNotices(config, io);
    const context = createContext(config, io);
    const { run } = await spec.load();
    const place = <T>(value: T): T | string => (typeof value === "string" ? inBucket(value, config.settings.mediaBucket) : value);
    const args = command.processedArgs.flat().filter((arg): arg is string => typeof arg === "string").map(place);
    onExit(await run(args, Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, place(value)])), context));
  });
}

function tellNotices({ notices, replaced }: LoadedConfig, io: Io): void {
  const old = replaced.filter(({ isTold }) => isTold).map(({ name }) => name);
  const lines = old.length === 0 ? notices : [...notices, `${old.join(", ")}: not read any more; \`mediasearch config\` says what replaced them`];
  for (const line of lines) io.stderr.write(`${painter(io.stderr, io.env)("yellow", "warning:")} ${plain(line)}\n`);
}

const helpIntro = ({ summary, details }: CommandSpec): string =>
  `${summary[0]?.toUpperCase()}${summary.slice(1)}.${details ? `\n${details}` : ""}`;

function helpEnd({ examples, exits }: CommandSpec): string {
  const shown = examples.map(([command, what]) => `  $ ${command}\n      ${what}`);
  const codes = new Map<number, string>([[0, "done"]]);
  for (const code of [...exits, "USAGE" as const]) codes.set(ERRORS[code].exit, ERRORS[code].meaning);
  const status = [...codes].sort(([a], [b]) => a - b).map(([code, meaning]) => `  ${String(code).padEnd(4)}${meaning}`);
  return `\nExamples:\n${shown.join("\n")}\n\nExit status:\n${status.join("\n")}`;
}
