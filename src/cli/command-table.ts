import { SETTINGS } from "../config/settings.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";

const STORE: OptionSpec = { flags: "--store <path>", help: SETTINGS.store.help };
const JSON_SWITCH: OptionSpec = { flags: "--json", help: "the same as --format json" };
const INCLUDE: OptionSpec = {
  flags: "--include <glob>",
  help: "only files that match, relative to the folder (repeatable)",
  repeatable: true,
};
const EXCLUDE: OptionSpec = {
  flags: "--exclude <glob>",
  help: "leave out files and folders that match (repeatable)",
  repeatable: true,
};
const DRY_RUN: OptionSpec = {
  flags: "-n, --dry-run",
  help: "say what would be done and do nothing",
};
const PATHS = { name: "[paths...]", help: "files, folders and s3:// places" } as const;
const format = (...choices: readonly string[]): OptionSpec => ({
  flags: "--format <format>",
  help: "how to print",
  choices,
  fallback: "text",
});
const CONTEXT: OptionSpec = { flags: "-C, --context <n>", help: "so many lines before and after" };
const PRINT0: OptionSpec = {
  flags: "--print0",
  help: "only the names of the files, each ended by a NUL, for xargs -0",
};
const RECORDS = ["text", "json", "ndjson", "csv", "tsv", "md"] as const;
const LANGUAGE: OptionSpec = { flags: "--language <tag>", help: SETTINGS.language.help };

/** Options of every command; shown in the help of `config`. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    flags: "--config <file>",
    help: "a configuration file of your choice, in place of mediasearch.config.json",
  },
  {
    flags: "--env-file <file>",
    help: "read variables from a file of NAME=value lines; those of the environment win",
  },
];

/** Conditions on files; the same as in a query, `name:value`. */
const FILE_FILTERS: readonly OptionSpec[] = [
  { flags: "--lang <tag>", rejectRepeat: true, help: "only in this language: en takes en-GB too" },
  {
    flags: "--origin <origin>",
    rejectRepeat: true,
    help: "only captions, or only recognised speech",
    choices: ["captions", "asr"],
  },
  {
    flags: "--after <date>",
    rejectRepeat: true,
    help: "only recorded on or after this day: 2026, 2026-01, 2026-01-31, yesterday, 7d",
  },
  { flags: "--before <date>", rejectRepeat: true, help: "only recorded before this day" },
  {
    flags: "--duration <range>",
    rejectRepeat: true,
    help: "only files of this length: '>10m', '<=1h30m', 10m..20m",
  },
];

/** Every command. The files behind `load` are imported only when their command runs. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "index",
    summary: "make files and folders searchable",
    details:
      "Reads captions (beside the file or inside it), else recognises the speech, and puts the result into the library.\nFiles that did not change are passed over. Without paths, works off what `ingest` registered.",
    args: [PATHS],
    options: [
      STORE,
      INCLUDE,
      EXCLUDE,
      {
        flags: "--captions <mode>",
        help: SETTINGS.captions.help,
        choices: ["prefer", "only", "ignore"],
      },
      LANGUAGE,
      { flags: "--engine <name>", help: SETTINGS.engine.help },
      { flags: "-j, --jobs <n>", help: SETTINGS.jobs.help },
      { flags: "-w, --watch", help: "go on with what changes, until Ctrl-C" },
      DRY_RUN,
      { flags: "--json", help: "one JSON event a line" },
    ],
    examples: [
      ["mediasearch index ~/Recordings", "everything below a folder"],
      ["mediasearch index interview.mp4 --captions ignore", "recognise, whatever captions say"],
      ['mediasearch index . --include "*.mp3" --exclude "drafts/**"', "only some files"],
    ],
    exitCodes: [
      "PARTIAL",
      "STORE_BUSY",
      "CREDENTIALS",
      "MODEL_MISMATCH",
      "MISSING_MODEL",
      "MISSING_TOOL",
      "UNREACHABLE",
      "NO_SPACE",
      "INTERRUPTED",
    ],
    resumable: true,
    load: () => import("../commands/index/command.ts"),
  },
  {
    name: "search",
    summary: "find what was said",
    details: `Prints the file, the time, the speaker and the words. Finding nothing is no error.
Plain words need no signs: what has more of them, or means the same, comes first. What signs ask for must hold, in every mode:
  "exact words"     these words in a row, not their inflections;
                    also where one segment ends and the next begins
  budg*             a word that begins so
  -draft   NOT x    without it
  a AND b           both
  a OR b            one of them
  ( )               groups
  speaker:ann   file:"*.mp3"        lang:en        origin:captions
  after:2026-01-01  before:2026-02  duration:>10m  confidence:>0.8
The day of a recording is that of its metadata, else that of its file.
A query that begins with "-" goes after " -- ".
By keyword every match is counted; where meaning takes part the best are ranked, at most 1,000.`,
    args: [
      {
        name: "[query...]",
        help: "what you remember of it; without one, on a terminal, search as you type",
      },
    ],
    options: [
      STORE,
      {
        flags: "-m, --mode <mode>",
        help: "keyword, semantic or both",
        choices: ["keyword", "semantic", "hybrid"],
        fallback: "hybrid",
      },
      { flags: "-l, --limit <n>", help: "at most so many hits, 1 to 1000", fallback: "10" },
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
      CONTEXT,
      { flags: "--group", help: "file by file, in each by time" },
      {
        flags: "--fresh",
        help: "with BACKEND=vast: bring this machine's copy up to date first, however young it is",
      },
      { flags: "--offset <n>", help: "pass over so many hits: the next page", fallback: "0" },
      {
        flags: "--links",
        help: "with addresses that open files of object stores, for as long as LINK_EXPIRY_SECONDS says",
      },
      { flags: "--explain", help: "with what each part of the search thought of a hit" },
      format(...RECORDS, "srt", "vtt", "m3u", "edl", "otio", "fcpxml"),
      JSON_SWITCH,
      { flags: "--files", help: "only the names of the files" },
      PRINT0,
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
        help: "the clip; its ending says what it is: mp4, mov, mkv, webm, m4a, mp3, ogg, opus, flac, wav",
      },
      { flags: "--supercut <file>", help: "join the hits into one file, whatever theirs are" },
      {
        flags: "--exact",
        help: "cut clips to the frame by encoding them anew, not from the key frame before by copying",
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
      ["mediasearch search", "see hits while you type, play them, copy their times"],
      ['mediasearch search "who pays for the bridge" --speaker Ada --limit 3', "by one speaker"],
      [`mediasearch search '"next year" AND (budget OR costs) -draft after:2026-01'`, "exactly"],
      [
        'mediasearch search boiler --mode keyword --file "2026-*.mp3" --json',
        "in some files, for a program",
      ],
      ["mediasearch search budget --group -C 2", "file by file, with what was said around it"],
      ["mediasearch search budget --play 2", "hear and see the second hit"],
      ["mediasearch search budget --clip 2 -o budget.mp4", "cut it out"],
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
    load: () => import("../commands/search/command.ts"),
  },
  {
    name: "transcript",
    summary: "print what was indexed of a file",
    args: [{ name: "<file>", help: "a path, or a name that only one file has" }],
    options: [
      STORE,
      { flags: "--at <time>", help: "only around this moment: 1:23:45, 12:30 or seconds" },
      {
        flags: "-C, --context <n>",
        help: "with --at, so many lines before and after it (default: 3)",
      },
      format("text", "srt", "vtt", "json", "ndjson", "csv", "tsv", "md"),
      JSON_SWITCH,
    ],
    examples: [
      ["mediasearch transcript talk.mp3", "to read"],
      ["mediasearch transcript talk.mp3 --at 1:23:45 -C 5", "around a moment"],
      ["mediasearch transcript talk.mp3 --format srt > talk.srt", "as captions"],
    ],
    exitCodes: ["NO_STORE", "NOT_FOUND"],
    load: () => import("../commands/transcript.ts"),
  },
  {
    name: "list",
    summary: "show what is in the library",
    args: [],
    options: [
      STORE,
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
      format(...RECORDS, "m3u"),
      JSON_SWITCH,
      PRINT0,
    ],
    examples: [
      ["mediasearch list", "everything"],
      ["mediasearch list --sort duration", "the longest first"],
      ["mediasearch list --state failed --json", "what could not be indexed, and why"],
    ],
    exitCodes: ["NO_STORE"],
    load: () => import("../commands/list.ts"),
  },
  {
    name: "mcp",
    summary: "serve assistants that speak the Model Context Protocol, on standard input and output",
    details:
      "An assistant's program starts it; it reads the library with the tools search, transcript and list, and changes nothing.",
    args: [],
    options: [STORE],
    examples: [["mediasearch mcp", "as the command of a server in the assistant's configuration"]],
    exitCodes: ["INTERRUPTED"],
    load: () => import("../commands/mcp.ts"),
  },
  {
    name: "status",
    summary: "show the state of the library",
    args: [],
    options: [STORE, { flags: "--json", help: "as JSON" }],
    examples: [["mediasearch status", "files by state, hours, queue, size, model, last run"]],
    exitCodes: ["NO_STORE"],
    load: () => import("../commands/status.ts"),
  },
  {
    name: "jobs",
    summary: "list, show, retry, skip or forget files that failed",
    details:
      "A file that failed is not tried again until it or the engine changes.\nStates: RETRYING, NEEDS_MEDIA_FIX, NEEDS_ENGINE_TUNING, QUARANTINED, SKIPPED.",
    args: [
      { name: "[action]", help: "what to do", choices: ["list", "show", "retry", "skip", "purge"] },
      { name: "[files...]", help: "paths, names or globs" },
    ],
    options: [
      STORE,
      { flags: "--all", help: "all of them" },
      {
        flags: "--state <state>",
        help: "only those in this state",
        choices: ["RETRYING", "NEEDS_MEDIA_FIX", "NEEDS_ENGINE_TUNING", "QUARANTINED", "SKIPPED"],
      },
      { flags: "--engine <name>", help: SETTINGS.engine.help },
      { flags: "--json", help: "as JSON" },
    ],
    examples: [
      ["mediasearch jobs", "what failed, and why"],
      ["mediasearch jobs show talk.mp3", "with every attempt"],
      ["mediasearch jobs retry --all --state QUARANTINED", "once the disk is mended"],
    ],
    exitCodes: ["NO_STORE", "NOT_FOUND", "PARTIAL"],
    load: () => import("../commands/jobs.ts"),
  },
  {
    name: "speakers",
    summary: "list, rename or merge the people who speak",
    details:
      "Names are found at once; what was there before is archived. A file that is recognised anew gets the recogniser's names again.",
    args: [
      { name: "[action]", help: "what to do", choices: ["list", "rename", "merge"] },
      { name: "[names...]", help: "rename: old and new name; merge: those that are one person" },
    ],
    options: [
      STORE,
      { flags: "--into <name>", help: "merge: the name that they get" },
      { flags: "--file <pattern>", help: "only in this file: a path, a name or a glob" },
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      ['mediasearch speakers rename "Speaker 1" "Ada Moreau" --file talk.mp3', "in one recording"],
      ['mediasearch speakers merge "A. Moreau" Ada --into "Ada Moreau"', "everywhere"],
    ],
    exitCodes: ["NO_STORE", "STORE_BUSY", "NOT_FOUND", "NO_SPACE"],
    load: () => import("../commands/speakers.ts"),
  },
  {
    name: "ingest",
    summary: "register files in the library without processing them",
    details: "`mediasearch index` without paths works them off.",
    args: [PATHS],
    options: [
      STORE,
      INCLUDE,
      EXCLUDE,
      LANGUAGE,
      {
        flags: "--to <place>",
        help: "upload the files and their captions below this s3:// place first, and register them there",
      },
      { flags: "--force", help: "with --to, replace objects that are others" },
      DRY_RUN,
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      ["mediasearch ingest ~/Recordings && mediasearch index", "register now, index later"],
      [
        "mediasearch ingest ~/Recordings --to s3://media/recordings && mediasearch index",
        "upload, then index there",
      ],
    ],
    exitCodes: ["PARTIAL", "STORE_BUSY", "NO_SPACE", "CREDENTIALS", "UNREACHABLE", "INTERRUPTED"],
    resumable: true,
    load: () => import("../commands/ingest.ts"),
  },
  {
    name: "models",
    summary: "list, download and check the models",
    args: [
      {
        name: "[action]",
        help: "list (default), pull, verify or path",
        choices: ["list", "pull", "verify", "path"],
      },
    ],
    options: [{ flags: "--json", help: "print JSON" }],
    examples: [
      ["mediasearch models pull", "download now what the first use would"],
      ["mediasearch models verify", "compare every file with its digest"],
    ],
    exitCodes: ["MISSING_MODEL", "NO_SPACE"],
    load: () => import("../commands/models.ts"),
  },
  {
    name: "migrate",
    summary: "move a library, or bring it up to date",
    details:
      "Without options it only says what it would do.\nA move copies and then compares every version on both sides; the source is never changed. Stopped, the same command goes on.",
    args: [],
    options: [
      STORE,
      { flags: "--to <place>", help: "move to vast, to local, or into a library file" },
      {
        flags: "--from <place>",
        help: "move from vast, local or a library file (default: the other one)",
      },
      {
        flags: "--only <pattern>",
        help: "only these files: a path, a name or a glob (repeatable)",
        repeatable: true,
      },
      DRY_RUN,
      {
        flags: "--with-media",
        help: "upload the recordings to MEDIA_BUCKET too; the library then names them there",
      },
      { flags: "--status", help: "say what there is to do, and nothing else (the default)" },
      {
        flags: "--resume",
        help: "go on with a move that was stopped (the default: what is there is never written twice)",
      },
      { flags: "--verify", help: "only compare the two libraries of a move" },
      { flags: "--reembed", help: "make every embedding anew with the present model" },
      {
        flags: "--retranscribe",
        help: "recognise anew what another recogniser, or an older build of it, recognised",
      },
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      ["mediasearch migrate", "what there is to do"],
      ["mediasearch migrate --to vast --dry-run", "what a move would take along, and how long"],
      [
        'mediasearch migrate --to ./copy.sqlite --only "2026-*"',
        "a part of a library as a library of its own",
      ],
      ["mediasearch migrate --reembed", "after a change of the embedding model"],
    ],
    exitCodes: [
      "PARTIAL",
      "NO_STORE",
      "SCHEMA_MISMATCH",
      "MODEL_MISMATCH",
      "STORE_BUSY",
      "NO_SPACE",
      "INTERRUPTED",
    ],
    resumable: true,
    load: () => import("../commands/migrate/command.ts"),
  },
  {
    name: "config",
    summary: "show every setting and where it comes from",
    details:
      "Flags win over the environment, that over --env-file, that over a project file (mediasearch.config.json in this folder or above), that over\nthe user file, that over defaults. A project file that was merely found can't set addresses, keys, engines, or places outside its folder.\nSecrets are never shown.",
    args: [],
    options: [...GLOBAL_OPTIONS, { flags: "--json", help: "print JSON" }],
    examples: [
      ["mediasearch config", "all settings"],
      ["mediasearch config --env-file .env", "with those of a file"],
    ],
    exitCodes: [],
    showsNotices: true,
    load: () => import("../commands/config.ts"),
  },
  {
    name: "backup",
    summary: "write a library that is in use into one checksummed file",
    args: [{ name: "<file>", help: "where to write it: a path, or s3://BUCKET/KEY" }],
    options: [
      STORE,
      { flags: "-f, --force", help: "replace the file if it is there" },
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      [
        "mediasearch backup library-monday.backup",
        "a consistent copy, even while indexing goes on",
      ],
    ],
    exitCodes: ["NO_STORE", "STORE_BUSY", "NO_SPACE", "INTERRUPTED"],
    load: () => import("../commands/backup.ts"),
  },
  {
    name: "restore",
    summary: "put a library back from a backup",
    details:
      "The backup is checked as a whole before anything is touched; a library that is there is kept beside the new one.",
    args: [{ name: "<file>", help: "a file or s3:// object that `mediasearch backup` wrote" }],
    options: [
      STORE,
      { flags: "--check", help: "only check the backup" },
      {
        flags: "-f, --force",
        help: "take the place of the library that is there, which is kept under another name",
      },
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      ["mediasearch restore library-monday.backup --check", "whether a backup is sound"],
      [
        "mediasearch restore library-monday.backup --store ./monday.sqlite",
        "beside the present library",
      ],
    ],
    exitCodes: ["STORE_BUSY", "SCHEMA_MISMATCH", "NOT_FOUND", "NO_SPACE", "INTERRUPTED"],
    load: () => import("../commands/restore.ts"),
  },
  {
    name: "export",
    summary: "write transcripts as files, beside the media or into a folder",
    details:
      "Files that are there and differ are left unless --force. JSON (talk.transcript.json) carries all that the library knows; `import` reads every format back.",
    args: [{ name: "[files...]", help: "paths, names or globs; all without" }],
    options: [
      STORE,
      {
        flags: "--format <format>",
        help: "how to write them",
        choices: ["json", "srt", "vtt", "txt", "md"],
        fallback: "json",
      },
      { flags: "-o, --output <folder>", help: "into this folder, ordered as the media are" },
      { flags: "--vectors", help: "with the embeddings (json only; they can be made again)" },
      { flags: "-f, --force", help: "replace files that differ" },
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      ["mediasearch export --format srt", "captions beside every recording"],
      ["mediasearch export --format md -o transcripts", "to read elsewhere"],
    ],
    exitCodes: ["PARTIAL", "NO_STORE", "NOT_FOUND", "INTERRUPTED"],
    resumable: true,
    load: () => import("../commands/export.ts"),
  },
  {
    name: "import",
    summary: "read transcripts into the library",
    details:
      "Those that `export` wrote, perhaps corrected by hand: the recording then answers with these words, and the earlier ones are archived.\nA folder stands for the *.transcript.json below it.",
    args: [{ name: "<transcripts...>", help: "files that export wrote, or folders of them" }],
    options: [
      STORE,
      {
        flags: "--for <recording>",
        help: "the recording that one transcript belongs to (default: of the same name)",
      },
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      ["mediasearch import transcripts/", "a library from exported JSON"],
      ["mediasearch import talk.srt --for talk.mp3", "corrected captions"],
    ],
    exitCodes: ["PARTIAL", "NOT_FOUND", "MODEL_MISMATCH", "STORE_BUSY", "NO_SPACE", "INTERRUPTED"],
    resumable: true,
    load: () => import("../commands/import.ts"),
  },
  {
    name: "completion",
    summary: "print what completes commands and options in a shell",
    args: [{ name: "<shell>", help: "which one", choices: ["bash", "zsh", "fish"] }],
    options: [],
    examples: [
      [
        "source <(mediasearch completion bash)",
        "in ~/.bashrc; zsh likewise in ~/.zshrc, after compinit",
      ],
      ["mediasearch completion fish > ~/.config/fish/completions/mediasearch.fish", "once"],
    ],
    exitCodes: [],
    load: () => import("../commands/completion.ts"),
  },
  {
    name: "bench",
    summary: "measure recognisers on recordings of your own",
    details:
      "Word error rate and speed of every recogniser that is set up (or of --engine), on the recordings of a folder that have what is said in them beside them, as .txt, .vtt or .srt. Writes nothing.",
    args: [
      { name: "<what>", help: "asr", choices: ["asr"] },
      { name: "<folder>", help: "recordings and transcripts" },
    ],
    options: [
      { flags: "--engine <names>", help: "only these, parted by commas" },
      LANGUAGE,
      { flags: "--json", help: "as JSON, with what was heard" },
    ],
    examples: [
      ["mediasearch bench asr ~/samples", "every recogniser that is set up"],
      ["mediasearch bench asr ~/samples --engine local,WHISPER", "two of them"],
    ],
    exitCodes: ["NOT_FOUND", "PARTIAL", "MISSING_MODEL"],
    load: () => import("../commands/bench.ts"),
  },
  {
    name: "doctor",
    summary: "check whether this machine can index and search, and mend what can be mended",
    details:
      "Checks run side by side, each with a time-out. A failure names what was tried, what was found and the command that mends it; its exit code is doctor's.",
    args: [],
    options: [
      STORE,
      { flags: "--fix", help: "rebuild what can be rebuilt of the library, after a copy of it" },
      { flags: "--deep", help: "read every page of the library" },
      { flags: "--strict", help: "exit 3 when there are warnings, or open items of --readiness" },
      {
        flags: "--backend <name>",
        help: "check this one, whichever is in use",
        choices: ["local", "vast"],
      },
      {
        flags: "--perf",
        help: "measure this machine, in about a minute, beside the published figures",
      },
      {
        flags: "--readiness",
        help: "the checklist before production: code, infrastructure, operations, data",
      },
      {
        flags: "--confirm <item=text>",
        help: "with --readiness: keep that somebody looked, with the date (repeatable)",
        repeatable: true,
      },
      {
        flags: "--hours-per-day <n>",
        help: "with --readiness --perf: whether so many hours of audio a day can be recognised",
      },
      {
        flags: "--format <format>",
        help: "how --readiness is printed",
        choices: ["text", "json", "md"],
        fallback: "text",
      },
      { flags: "--json", help: "print JSON" },
    ],
    examples: [
      ["mediasearch doctor", "ten lines, each failure with what mends it"],
      ["mediasearch doctor --deep --strict --json", "for a monitor"],
      ["mediasearch doctor --fix", "after a check failed"],
      ["mediasearch doctor --readiness --format md > readiness.md", "before going into production"],
    ],
    exitCodes: [
      "PARTIAL",
      "NO_STORE",
      "STORE_BUSY",
      "CREDENTIALS",
      "SCHEMA_MISMATCH",
      "MISSING_MODEL",
      "MISSING_TOOL",
      "UNREACHABLE",
      "NO_SPACE",
    ],
    load: () => import("../commands/doctor.ts"),
  },
];

/** The command that a command line begins with; undefined where that is none. */
export const commandOf = ([first]: readonly string[]): CommandSpec | undefined =>
  COMMANDS.find(({ name }) => name === first);
