import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, join, resolve } from "node:path";
import { MediasearchError } from "../errors.ts";
import { splitShellWords } from "../shell-words.ts";

/** A program and how it is told where to begin. */
export interface Player {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** false for the system's opener, which can't be told. */
  readonly seeks: boolean;
}

export interface PlayerChoice {
  /** The setting; undefined to take what is there. */
  readonly wanted: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The number of the sound track, from 1; the player chooses without it. */
  readonly audioTrack?: number | undefined;
}

type Arguments = (file: string, seconds: string, audioTrack?: number) => readonly string[];

/** An option with a track, where there is one to name. */
const trackOption = (
  audioTrack: number | undefined,
  option: (number: number) => readonly string[],
): readonly string[] => (audioTrack === undefined ? [] : option(audioTrack));

/** Each player's own words for "begin there". */
const KNOWN: Readonly<Record<string, Arguments>> = {
  mpv: (file, seconds, audioTrack) => [
    `--start=${seconds}`,
    ...trackOption(audioTrack, (number) => [`--aid=${number}`]),
    "--",
    file,
  ],
  vlc: (file, seconds, audioTrack) => [
    `--start-time=${seconds}`,
    ...trackOption(audioTrack, (number) => [`--audio-track=${number - 1}`]),
    file,
  ],
  ffplay: (file, seconds, audioTrack) => [
    "-hide_banner",
    "-loglevel",
    "warning",
    "-autoexit",
    "-ss",
    seconds,
    ...trackOption(audioTrack, (number) => ["-ast", `a:${number - 1}`]),
    file,
  ],
};

/** Where programs are that no PATH names. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  vlc: "/Applications/VLC.app/Contents/MacOS/VLC",
};

/**
 * The player for a file or a signed address, ready to be started at a moment.
 * @throws USAGE when the setting is no command line, MISSING_TOOL when there is no player.
 */
export function choosePlayer(file: string, startMs: number, choice: PlayerChoice): Player {
  const seconds = (startMs / 1000).toFixed(3);
  const { wanted } = choice;
  const target = asArgument(file);
  if (wanted !== undefined && wanted !== "open")
    return fromCommandLine(wanted, target, seconds, choice);
  for (const [name, args] of wanted === undefined ? Object.entries(KNOWN) : []) {
    const command = findPlayer(name, choice);
    if (command !== undefined)
      return { name, command, args: args(target, seconds, choice.audioTrack), seeks: true };
  }
  return opener(target, choice);
}

/**
 * An absolute path or an address: no player takes it for an option or for a protocol of its own.
 */
const asArgument = (file: string): string => (/^https?:\/\//i.test(file) ? file : resolve(file));

function fromCommandLine(
  line: string,
  file: string,
  seconds: string,
  choice: PlayerChoice,
): Player {
  const [program = "", ...rest] = splitPlayerCommand(line, choice.platform);
  if (program === "")
    throw new MediasearchError("USAGE", "the player setting is empty", {
      hint: "MEDIASEARCH_PLAYER=mpv",
    });
  const name = basename(program).replace(/\.exe$/i, "");
  const command = /[/\\]/.test(program) ? program : findPlayer(program, choice);
  if (command === undefined) throw missing(program);
  const isTemplate = rest.some((word) => word.includes("{file}"));
  const knownPlayer = KNOWN[name.toLowerCase()];
  const filled = rest.map((word) =>
    word.replaceAll("{file}", file).replaceAll("{seconds}", seconds),
  );
  const args = isTemplate
    ? filled
    : [...filled, ...(knownPlayer ? knownPlayer(file, seconds, choice.audioTrack) : [file])];
  return {
    name,
    command,
    args,
    seeks: knownPlayer !== undefined || rest.some((word) => word.includes("{seconds}")),
  };
}

function splitPlayerCommand(line: string, platform: NodeJS.Platform): readonly string[] {
  try {
    return splitShellWords(line, { escapes: platform !== "win32" });
  } catch (error) {
    throw new MediasearchError("USAGE", `the player setting ${(error as Error).message}`, {
      subject: "MEDIASEARCH_PLAYER",
      hint: "MEDIASEARCH_PLAYER='myplayer --at {seconds} {file}'",
    });
  }
}

/** The program of a system that opens a file with whatever plays it. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: "open", win32: "explorer" };

function opener(file: string, choice: PlayerChoice): Player {
  const name = OPENERS[choice.platform] ?? "xdg-open";
  const command = findPlayer(name, choice);
  if (command === undefined) throw missing("mpv, vlc, ffplay or xdg-open");
  return { name, command, args: [file], seeks: false };
}

const missing = (program: string): MediasearchError =>
  new MediasearchError("MISSING_TOOL", `no player: ${program} is not on this machine`, {
    subject: program,
    hint: "install mpv, or name a player: MEDIASEARCH_PLAYER='myplayer --at {seconds} {file}'",
  });

function findPlayer(name: string, { env, platform }: PlayerChoice): string | undefined {
  const endings = platform === "win32" ? [".exe", ".cmd", ""] : [""];
  const places = [
    ...(env["PATH"] ?? "")
      .split(delimiter)
      .filter(Boolean)
      .flatMap((folder) => endings.map((ending) => join(folder, name + ending))),
    ...(ELSEWHERE[name] ? [ELSEWHERE[name]] : []),
  ];
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

export interface PlayOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** "ignore" keeps a player from drawing over a view. */
  readonly stdio: "inherit" | "ignore";
}

/**
 * Runs a player until it ends.
 * @throws MISSING_TOOL, UNREADABLE_MEDIA when it ends with an error.
 */
export async function play(
  player: Player,
  file: string,
  { env, signal, stdio }: PlayOptions,
): Promise<void> {
  const { execa } = await import("execa");
  const { exitCode, isTerminated, code, cause } = await execa(player.command, player.args, {
    stdio,
    env,
    extendEnv: false,
    cancelSignal: signal,
    reject: false,
  });
  if (signal.aborted) throw signal.reason as Error;
  const hint = "MEDIASEARCH_PLAYER names another player";
  // Whoever closes a player by a signal has seen enough: that is no error.
  if (exitCode === undefined && !isTerminated)
    throw new MediasearchError(
      "MISSING_TOOL",
      `${player.command}: can't be started (${code ?? "unknown"})`,
      { subject: player.command, cause, hint },
    );
  if (exitCode !== undefined && exitCode !== 0)
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      `${file}: ${player.name} could not play it (code ${exitCode})`,
      { subject: file, hint },
    );
}
