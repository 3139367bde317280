import { displayPath, fileNames } from "../../app/display-path.ts";
import { type MatchedFile, matchSpeakers } from "../../app/library/match-speakers.ts";
import {
  enrolVoice,
  type EnrolRequest,
  forgetVoice,
  listVoiceProfiles,
} from "../../app/library/voices.ts";
import { parseTimeRange } from "../../app/time-range.ts";
import type { CommandContext } from "../../cli/command.ts";
import { type FlagsOf, hasFlag } from "../../cli/flags.ts";
import type { SPEAKERS_SPEC } from "../../cli/specs/library.ts";
import { ERRORS, MediasearchError } from "../../errors.ts";
import { quoteShellWord } from "../../shell-words.ts";
import { formatJson, pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";

type Flags = FlagsOf<typeof SPEAKERS_SPEC>;

/** FILE@from-to; a name may have an @ of its own. */
const PART = /^(.+)@([\d:.,]+)(?:-|–|\.\.)([\d:.,]+)$/;

/** @throws USAGE when something is missing. */
function enrolRequest(words: readonly string[], { speaker }: Flags): EnrolRequest {
  const [name, place] = words;
  if (name === undefined || place === undefined || words.length !== 2)
    throw new MediasearchError("USAGE", "speakers enrol: who, and in which recording?", {
      hint: "mediasearch speakers enrol Ada talk.mp3@12:30-13:10",
    });
  const [, file, from, to] = PART.exec(place) ?? [];
  if (file === undefined || from === undefined || to === undefined)
    return { name, file: place, speaker };
  if (speaker !== undefined)
    throw new MediasearchError("USAGE", `${place}: a part and --speaker can't both be meant`, {
      subject: place,
      hint: `mediasearch speakers enrol ${quoteShellWord(name)} ${quoteShellWord(place)}`,
    });
  const range = {
    startMs: parseTimeRange("the beginning of the part", from).startMs,
    endMs: parseTimeRange("the end of the part", to).startMs,
  };
  if (range.endMs <= range.startMs)
    throw new MediasearchError("USAGE", `${place}: the part ends before it begins`, {
      subject: place,
      hint: "mediasearch speakers enrol Ada talk.mp3@12:30-13:10",
    });
  return { name, file, range };
}

export async function enrol(
  words: readonly string[],
  flags: Flags,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const enrolled = await enrolVoice(context, enrolRequest(words, flags));
  if (hasFlag(flags, "json")) io.stdout.write(`${formatJson({ version: 1, ...enrolled })}\n`);
  else
    io.stderr.write(
      `${stripControls(enrolled.name)}: ${Math.round(enrolled.seconds)} s of speech, known by ${pluralize(enrolled.voices, "recording")}\n`,
    );
  return 0;
}

export async function printProfiles(flags: Flags, context: CommandContext): Promise<number> {
  const { io } = context;
  const profiles = (await listVoiceProfiles(context)).map(({ name, voices }) => ({
    name,
    voices: voices.length,
    seconds: Math.round(voices.reduce((sum, { seconds }) => sum + seconds, 0)),
  }));
  if (hasFlag(flags, "json")) io.stdout.write(`${formatJson({ version: 1, profiles })}\n`);
  else
    for (const { name, voices, seconds } of profiles)
      io.stdout.write(
        `${stripControls(name)}  ${seconds} s of speech in ${pluralize(voices, "recording")}\n`,
      );
  if (profiles.length === 0)
    io.stderr.write("nobody was enrolled (mediasearch speakers enrol NAME FILE)\n");
  return 0;
}

/** @throws USAGE without a name, NOT_FOUND for one that nobody has. */
export async function forget(
  words: readonly string[],
  flags: Flags,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const [name] = words;
  if (name === undefined || words.length !== 1)
    throw new MediasearchError("USAGE", "speakers forget: whose voice?", {
      hint: "mediasearch speakers profiles",
    });
  const copies = await forgetVoice(context, name);
  if (hasFlag(flags, "json"))
    io.stdout.write(`${formatJson({ version: 1, forgotten: name, copies })}\n`);
  else io.stderr.write(`${stripControls(name)}: the voice is forgotten\n`);
  if (copies.length > 0)
    io.stderr.write(
      `copies of the library that still have it: ${copies.map(stripControls).join(", ")}\n`,
    );
  return 0;
}

export async function match(flags: Flags, context: CommandContext): Promise<number> {
  const { io, status } = context;
  const isJson = hasFlag(flags, "json");
  const isDryRun = hasFlag(flags, "dryRun");
  const files: MatchedFile[] = [];
  await matchSpeakers(context, { file: flags.file, dryRun: isDryRun }, (matched) => {
    files.push(matched);
    status.end();
    if (!isJson) printMatches(matched, context);
  });
  const failed = files.filter((file) => "reason" in file).length;
  const named = files
    .flatMap((file) => ("reason" in file ? [] : file.matches))
    .filter(({ isSure }) => isSure).length;
  if (isJson)
    io.stdout.write(
      `${formatJson({ version: 1, dryRun: isDryRun, files: files.map((file) => asJson(file, io.cwd)) })}\n`,
    );
  else
    io.stderr.write(
      `${pluralize(named, "speaker")} ${isDryRun ? "would get" : "got"} a name in ${pluralize(files.length, "file")}${failed > 0 ? `; ${failed} could not be heard` : ""}\n`,
    );
  return failed > 0 ? ERRORS.PARTIAL.exit : 0;
}

const asJson = (file: MatchedFile, cwd: string) => ({
  ...fileNames(file.id, cwd),
  ...("reason" in file
    ? { error: { code: file.code, message: file.reason } }
    : {
        speakers: file.matches.map(({ speaker, seconds, nearest, similarity, isSure }) => ({
          speaker,
          seconds: Math.round(seconds),
          nearest,
          similarity: Math.round(similarity * 1000) / 1000,
          name: isSure ? nearest : null,
        })),
      }),
});

function printMatches(file: MatchedFile, { io }: CommandContext): void {
  const place = stripControls(displayPath(file.id, io.cwd));
  if ("reason" in file) {
    io.stderr.write(`${stripControls(file.reason)}\n`);
    return;
  }
  for (const { speaker, nearest, similarity, isSure } of file.matches)
    io.stdout.write(
      `${place}  ${stripControls(speaker)}: ${isSure ? stripControls(nearest ?? "") : `nobody known${nearest === null ? "" : `; nearest ${stripControls(nearest)}`}`}  ${similarity.toFixed(2)}\n`,
    );
}
