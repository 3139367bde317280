import { SETTINGS } from "../../config/settings.ts";
import type { CommandSpec } from "../spec.ts";
import {
  STORE_OPTION,
  JSON_SWITCH,
  format,
  CONTEXT_OPTION,
  PRINT0_OPTION,
  FILE_FILTERS,
  RECORD_FORMATS,
  RAW_CELLS_OPTION,
} from "./shared.ts";

export const SEARCH_SPEC = {
  name: "search",
  summary: "find what was said",
  details: `Prints the file, the time, the speaker and the words. Finding nothing is no error.
Plain words need no signs: what has more of them, or means the same, comes first. What signs ask for must hold, in every mode:
  "exact words"     these words in a row, not their inflections;
                    also where one segment ends and the next begins
  budg*   *get   b*dget   bud?et
                    a word with letters left open: * any number, ? one
  budgt~   budgt~2  a word with a letter wrong, or two
  "fee school"~5    these words, inflected or not, in any order, with at most
                    five others between them
  /fees? (for|of)/  a regular expression over the text of a segment
  -draft   NOT x    without it
  a AND b           both
  a OR b            one of them
  ( )               groups
  speaker:ann   file:"*.mp3"        lang:en        origin:captions
  title:bridge  show:"harbour hour" chapter:detours
  after:2026-01-01  before:2026-02  duration:>10m  confidence:>0.8
  near:12:30        within a minute of that time;
                    near:12:00..13:00 in that range
The day of a recording is that of its metadata, else that of its file.
A query that begins with "-" goes after " -- ".
By keyword every match is counted; where meaning takes part the best are ranked, at most 1,000.`,
  args: [
    {
      name: "[query...]",
      help: "the words to find; without them, on a terminal, search as you type",
    },
  ],
  options: [
    STORE_OPTION,
    {
      flags: "-m, --mode <mode>",
      help: "keyword, semantic or both",
      choices: ["keyword", "semantic", "hybrid"],
      fallback: "hybrid",
    },
    {
      flags: "-l, --limit <n>",
      help: "largest number of hits, 1 to 1000 (default: 10; all for --files with --mode keyword)",
    },
    {
      flags: "--file <pattern>",
      rejectRepeat: true,
      help: "only in this file: a path, a name or a glob",
    },
    { flags: "--speaker <name>", rejectRepeat: true, help: "only what this speaker said" },
    ...FILE_FILTERS,
    {
      flags: "--confidence <range>",
      rejectRepeat: true,
      help: "only what was recognised with this confidence: '>0.8', '<60%'",
    },
    {
      flags: "--like <moment>",
      rejectRepeat: true,
      help: "in place of words: what is near in meaning to a moment, such as talk.mp3@12:30",
    },
    {
      flags: "--related <n>",
      help: "with each hit up to so many moments elsewhere that are near it in meaning, 1 to 20",
    },
    CONTEXT_OPTION,
    { flags: "--group", help: "file by file, in each by time" },
    {
      flags: "--all-hits",
      help: "list every hit; else the hits of one moment are folded under the best one (+2 here), but for --mode keyword",
    },
    {
      flags: "--fresh",
      help: "with BACKEND=vast: bring this machine's copy up to date first, however young it is",
    },
    { flags: "--offset <n>", help: "skip this many hits, for the next page", fallback: "0" },
    {
      flags: "--links",
      help: "with addresses that open files of object stores, for as long as LINK_EXPIRY_SECONDS says",
    },
    {
      flags: "--min-score <score>",
      help: "only hits with at least this score; else those are left out that have no word of the query and are near only by chance",
    },
    { flags: "--explain", help: "show how each part of the search scored a hit" },
    format(...RECORD_FORMATS, "srt", "vtt", "m3u", "edl", "otio", "fcpxml"),
    JSON_SWITCH,
    RAW_CELLS_OPTION,
    { flags: "--files", help: "only the names of the files" },
    {
      flags: "--count",
      help: "only how many hits there are; with --mode keyword every match is counted",
    },
    PRINT0_OPTION,
    {
      flags: "--fps <rate>",
      help: "frame rate of edl, otio and fcpxml (default: that of the first video)",
      choices: ["23.976", "24", "25", "29.97", "30", "50", "59.94", "60"],
    },
    { flags: "--play <n>", help: "open hit n at its moment in a player" },
    { flags: "--player <command>", help: SETTINGS.player.help },
    { flags: "--clip <n>", help: "cut hit n out of its file, into --output" },
    {
      flags: "-o, --output <file>",
      help: "file of the clip; its ending sets the format: mp4, mov, mkv, webm, m4a, mp3, ogg, opus, flac, wav",
    },
    {
      flags: "--clips <folder>",
      help: "cut each hit that is shown into a file of its own, named by recording and time",
    },
    { flags: "--supercut <file>", help: "join the hits into one file, whatever theirs are" },
    {
      flags: "--exact",
      help: "cut clips to the frame by encoding, instead of copying from the key frame before",
    },
    { flags: "--titles", help: "write file, time and speaker into the picture" },
    { flags: "--force", help: "replace a clip that is there" },
    {
      flags: "--pad <seconds>",
      help: "added before and after each hit (default: 0.5 in clips, else 0)",
    },
  ],
  examples: [
    ['mediasearch search "the budget for next year"', "a thing that was said"],
    ["mediasearch search", "see hits while you type, play them, copy them"],
    ['mediasearch search "who pays for the bridge" --speaker Ada --limit 3', "by one speaker"],
    [`mediasearch search '"next year" AND (budget OR costs) -draft after:2026-01'`, "exactly"],
    [
      'mediasearch search boiler --mode keyword --file "2026-*.mp3" --json',
      "in some files, for a program",
    ],
    ['mediasearch search --like "talk.mp3@12:30"', "more like what is said there"],
    ["mediasearch search budget --group -C 2", "file by file, with what was said around it"],
    ["mediasearch search budget --play 2", "hear and see the second hit"],
    ["mediasearch search budget --clip 2 -o budget.mp4", "cut it out"],
    ["mediasearch search budget --clips budget/", "cut out each hit that is shown"],
    ["mediasearch search budget --limit 20 --supercut all.mp4 --titles", "join twenty hits"],
    ["mediasearch search budget --limit 100 --format edl > budget.edl", "for an editing program"],
  ],
  exitCodes: [
    "PARTIAL",
    "NO_STORE",
    "MODEL_MISMATCH",
    "MISSING_MODEL",
    "UNREADABLE_MEDIA",
    "NOT_FOUND",
    "NO_SPACE",
    "INTERRUPTED",
  ],
} as const satisfies CommandSpec;

export const ASK_SPEC = {
  name: "ask",
  summary: "gather what was said about a question, and have it answered",
  details: `Prints the best moments for a question, with quotations and times. With ANSWER_ENDPOINT, a server that speaks
OpenAI's chat API (Ollama, vLLM, OpenAI, …) writes an answer of them: a sentence stays only if it names moments that exist.
Without it nothing leaves this machine. The server gets the question and the quotations, no other file and no setting.`,
  args: [{ name: "<question...>", help: "what you want to know" }],
  options: [
    STORE_OPTION,
    { flags: "-l, --limit <n>", help: "largest number of moments, 1 to 30 (default: 8)" },
    { flags: "--brief", help: "the moments alone, whatever ANSWER_ENDPOINT says" },
    {
      flags: "--file <pattern>",
      rejectRepeat: true,
      help: "only in this file: a path, a name or a glob",
    },
    { flags: "--speaker <name>", rejectRepeat: true, help: "only what this speaker said" },
    ...FILE_FILTERS,
    {
      flags: "--confidence <range>",
      rejectRepeat: true,
      help: "only what was recognised with this confidence: '>0.8', '<60%'",
    },
    JSON_SWITCH,
  ],
  examples: [
    ['mediasearch ask "why was the fee raised?"', "the moments, as a brief"],
    [
      'ANSWER_ENDPOINT=http://localhost:11434/v1 ANSWER_MODEL=llama3.2 mediasearch ask "why was the fee raised?"',
      "an answer, by Ollama on this machine",
    ],
  ],
  exitCodes: [
    "NO_STORE",
    "CREDENTIALS",
    "MODEL_MISMATCH",
    "MISSING_MODEL",
    "TIMED_OUT",
    "ENGINE_FAILED",
    "UNREACHABLE",
  ],
} as const satisfies CommandSpec;

export const TRANSCRIPT_SPEC = {
  name: "transcript",
  summary: "print the transcript of a file",
  args: [{ name: "<file>", help: "a path, or a name that only one file has" }],
  options: [
    STORE_OPTION,
    { flags: "--words", help: "with srt and vtt: a cue for each word, where times are known" },
    { flags: "--at <time>", help: "only around this moment: 1:23:45, 12:30 or seconds" },
    {
      flags: "-C, --context <n>",
      help: "with --at, number of lines before and after it (default: 3)",
    },
    { flags: "--original", help: "without what was changed by hand" },
    { flags: "--archived", help: "the one that was replaced last" },
    {
      flags: "--number <n>",
      help: "with --archived, which one: 1 was replaced last, 2 before it",
      fallback: "1",
    },
    format("text", "srt", "vtt", "json", "ndjson", "csv", "tsv", "md"),
    JSON_SWITCH,
    RAW_CELLS_OPTION,
  ],
  examples: [
    ["mediasearch transcript talk.mp3", "to read"],
    ["mediasearch transcript talk.mp3 --at 1:23:45 -C 5", "around a moment"],
    ["mediasearch transcript talk.mp3 --format srt > talk.srt", "as captions"],
    ["mediasearch transcript talk.mp3 --format vtt --words", "captions word by word"],
    ["mediasearch transcript talk.mp3 --archived", "what was there before"],
  ],
  exitCodes: ["NO_STORE", "NOT_FOUND"],
} as const satisfies CommandSpec;

export const LIST_SPEC = {
  name: "list",
  summary: "show what is in the library",
  args: [],
  options: [
    STORE_OPTION,
    {
      flags: "--file <pattern>",
      rejectRepeat: true,
      help: "only these files: a path, a name or a glob",
    },
    {
      flags: "--speaker <name>",
      rejectRepeat: true,
      help: "only files in which this speaker speaks",
    },
    ...FILE_FILTERS,
    {
      flags: "--state <state>",
      help: "only files in this state",
      choices: ["registered", "indexed", "partial", "failed", "deleted"],
    },
    {
      flags: "--sort <by>",
      help: "text upwards, amounts and times from the most down",
      choices: [
        "file",
        "duration",
        "segments",
        "speakers",
        "origin",
        "state",
        "language",
        "size",
        "modified",
        "recorded",
        "indexed",
      ],
      fallback: "file",
    },
    { flags: "-r, --reverse", help: "the other way round" },
    format(...RECORD_FORMATS, "m3u"),
    JSON_SWITCH,
    RAW_CELLS_OPTION,
    PRINT0_OPTION,
  ],
  examples: [
    ["mediasearch list", "everything"],
    ["mediasearch list --sort duration", "the longest first"],
    ["mediasearch list --state failed --json", "what could not be indexed, and why"],
  ],
  exitCodes: ["NO_STORE"],
} as const satisfies CommandSpec;

export const MCP_SPEC = {
  name: "mcp",
  summary: "serve assistants that speak the Model Context Protocol, on standard input and output",
  details:
    "An assistant's program starts it; it reads the library with the tools search, transcript and list, and changes nothing.",
  args: [],
  options: [STORE_OPTION],
  examples: [["mediasearch mcp", "as the command of a server in the assistant's configuration"]],
  exitCodes: ["INTERRUPTED", "OVER_LIMIT"],
} as const satisfies CommandSpec;
