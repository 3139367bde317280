import { Argument, Command as Program, CommanderError, Option } from "commander";
import type { FlagValue } from "./flags.ts";
import type { CommandEntry } from "./command.ts";
import { commandOf, COMMANDS } from "./command-table.ts";
import type { CommandSpec } from "./spec.ts";
import { GLOBAL_OPTIONS } from "./specs/shared.ts";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import { createContext } from "../app/context.ts";
import { createCommandStatus, tellOn } from "./tell.ts";
import { ERRORS, MediasearchError, toMediasearchError } from "../errors.ts";
import type { CliStreams, OutputStream } from "../terminal/io.ts";
import { styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import { inBucket } from "../location.ts";
import { packageVersion } from "../version.ts";
import { reportError, withStore } from "./report-error.ts";
import { asUsage } from "./usage-error.ts";

const VERSION_WORDS = new Set(["--version", "-V", "-v", "version"]);

/** Runs one command. Never throws; @returns the exit code. */
export async function main(argv: readonly string[], io: CliStreams): Promise<number> {
  // Asked by programs, and often: the table of commands need not be made ready for it.
  if (argv.length === 1 && VERSION_WORDS.has(argv[0] ?? "")) {
    io.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  let exitCode = 0;
  const program = build(argv, io, (code) => {
    exitCode = code;
  });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const mine =
      error instanceof CommanderError ? asUsage(error, argv) : asStopped(error, argv, io.signal);
    if (mine.subject !== "EPIPE") reportError(mine, argv, io);
    return mine.exitCode;
  }
}

/** A signal, or an output that can't be written, is why whatever failed then failed. */
function asStopped(
  error: unknown,
  argv: readonly string[],
  { aborted, reason }: AbortSignal,
): MediasearchError {
  if (!aborted) return toMediasearchError(error);
  if (reason instanceof MediasearchError) return reason;
  return new MediasearchError(
    reason === "SIGTERM" ? "TERMINATED" : "INTERRUPTED",
    commandOf(argv)?.resumable ? "stopped; the same command goes on from here" : "stopped",
    { subject: String(reason) },
  );
}

/**
 * Of all commands only the one that comes first is made ready; without one, all that help and
 * suggestions tell of.
 */
function build(argv: readonly string[], io: CliStreams, onExit: (code: number) => void): Program {
  const program = new Program("mediasearch")
    .description("Find what is said in audio and video.")
    .version(argv.some((arg) => /^-+v/i.test(arg)) ? packageVersion() : "")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: () => {} })
    .addHelpText(
      "after",
      '\nExamples:\n  $ mediasearch index ~/Recordings\n  $ mediasearch search "the budget for next year"\n  $ mediasearch doctor\n\nEvery command takes --config <file> and --env-file <file>; mediasearch config shows all settings and where they come from.',
    );
  const named = commandOf(argv);
  for (const spec of named ? [named] : COMMANDS) addCommand(program, spec, io, onExit);
  return program;
}

function addCommand(
  program: Program,
  spec: CommandEntry,
  given: CliStreams,
  onExit: (code: number) => void,
): void {
  const command = program
    .command(spec.name)
    .summary(spec.summary)
    .description(helpIntro(spec))
    .addHelpText("after", () => helpEnd(spec));
  for (const { name, help, choices } of spec.args) {
    const argument = new Argument(name, help);
    command.addArgument(choices ? argument.choices([...choices]) : argument);
  }
  for (const { flags, help, choices, fallback, bare, repeatable, rejectRepeat } of spec.options) {
    const option = new Option(flags, help);
    if (choices) option.choices([...choices]);
    if (fallback !== undefined) option.default(fallback);
    if (bare !== undefined) option.preset(bare);
    if (repeatable)
      option.argParser((value: string, earlier: readonly string[] = []) => [...earlier, value]);
    if (rejectRepeat) option.argParser(onlyOnce(option, spec));
    command.addOption(option);
  }
  addGlobalOptions(command, spec);
  command.action(async () => {
    const flags = command.opts<Record<string, FlagValue>>();
    const io = asWanted(given, flags);
    const config = loadConfig(flags, io);
    if (!spec.showsNotices) tellNotices(config, io);
    const status = createCommandStatus(io);
    const { env, cwd, signal } = io;
    const application = createContext(config, { env, cwd, signal, tell: tellOn(status) });
    const store = typeof flags["store"] === "string" ? flags["store"] : undefined;
    const hint = (text: string): string => withStore(text, store);
    const context = { ...application, io, status, hint };
    // A terminal shows something before the command's own code is read.
    if (spec.opening !== undefined && flags["json"] !== true) status.update(spec.opening);
    given.holdTo?.(config.settings);
    const toBucketLocation = <T>(value: T): T | string =>
      typeof value === "string" ? inBucket(value, config.settings.mediaBucket) : value;
    const args = command.processedArgs
      .flat()
      .filter((arg): arg is string => typeof arg === "string")
      .map(toBucketLocation);
    const inBuckets = Object.fromEntries(
      Object.entries(flags).map(([name, value]) => [name, toBucketLocation(value)]),
    );
    try {
      const { run } = await spec.load();
      onExit(await run(args, inBuckets, context));
    } finally {
      status.end();
    }
  });
}

/** Those of every command, unless it has one of the same name. */
function addGlobalOptions(command: Program, { options }: CommandSpec): void {
  for (const one of GLOBAL_OPTIONS) {
    const option = new Option(one.flags, one.help).hideHelp();
    if ("choices" in one) option.choices([...one.choices]);
    if (!options.some(({ flags }) => flags === one.flags)) command.addOption(option);
  }
}

/**
 * The streams as --quiet and --color want them. Errors are reported on those that were given. A
 * stream is still opened by who uses it: a copy of the object would open all three.
 */
function asWanted(io: CliStreams, { quiet, color }: Record<string, FlagValue>): CliStreams {
  return {
    get stdout() {
      return io.stdout;
    },
    get stderr() {
      return quiet === true ? SILENT : io.stderr;
    },
    get stdin() {
      return io.stdin;
    },
    env: colorEnv(io.env, color),
    cwd: io.cwd,
    signal: io.signal,
  };
}

const SILENT: OutputStream = { write: () => true };

function colorEnv(env: CliStreams["env"], color: FlagValue): CliStreams["env"] {
  if (color === "always") return { ...env, NO_COLOR: undefined, FORCE_COLOR: "1" };
  return color === "never" ? { ...env, NO_COLOR: "1" } : env;
}

/** A filter is one condition; the query language has those of several. */
function onlyOnce({ long, parseArg }: Option, { name }: CommandSpec) {
  let isGiven = false;
  return (value: string): unknown => {
    const field = long?.replace("--", "") ?? "";
    if (isGiven)
      throw new MediasearchError("USAGE", `${long}: was given twice`, {
        subject: long,
        hint:
          name === "search"
            ? `in the query, such as (${field}:… OR ${field}:…)`
            : "once, perhaps with a wider pattern",
      });
    isGiven = true;
    return parseArg ? parseArg(value, undefined) : value;
  };
}

function tellNotices({ notices, replaced }: LoadedConfig, io: CliStreams): void {
  const old = replaced.filter(({ isTold }) => isTold).map(({ name }) => name);
  const lines =
    old.length === 0
      ? notices
      : [
          ...notices,
          `${old.join(", ")}: not read any more; \`mediasearch config\` says what replaced them`,
        ];
  for (const line of lines)
    io.stderr.write(`${styler(io.stderr, io.env)("yellow", "warning:")} ${stripControls(line)}\n`);
}

const helpIntro = ({ summary, details }: CommandSpec): string =>
  `${summary[0]?.toUpperCase()}${summary.slice(1)}.${details ? `\n${details}` : ""}`;

function helpEnd({ examples, exitCodes, resumable }: CommandSpec): string {
  const shown = examples.map(([command, what]) => `  $ ${command}\n      ${what}`);
  const codes = new Map<number, string>([[0, "done"]]);
  for (const code of [...exitCodes, "USAGE" as const])
    codes.set(
      ERRORS[code].exit,
      `${ERRORS[code].meaning}${code === "INTERRUPTED" && resumable ? "; the same command goes on where it stopped" : ""}`,
    );
  const status = [...codes]
    .sort(([a], [b]) => a - b)
    .map(([code, meaning]) => `  ${String(code).padEnd(4)}${meaning}`);
  return `\nExamples:\n${shown.join("\n")}\n\nExit status:\n${status.join("\n")}`;
}
