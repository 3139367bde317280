import type { CommandSpec } from "../spec.ts";
import { STORE_OPTION, DRY_RUN_OPTION } from "./shared.ts";

export const STATUS_SPEC = {
  name: "status",
  summary: "show the state of the library",
  args: [],
  options: [STORE_OPTION, { flags: "--json", help: "as JSON" }],
  examples: [["mediasearch status", "files by state, hours, queue, size, model, last run"]],
  exitCodes: ["NO_STORE"],
} as const satisfies CommandSpec;

export const UNLOCK_SPEC = {
  name: "unlock",
  summary: "show who has locked the library, and break the lock",
  details:
    "Without --yes it only shows who has it, since when, and whether that process still lives. What was committed is never touched.",
  args: [],
  options: [
    STORE_OPTION,
    {
      flags: "--yes",
      help: "break the lock of a run that has ended, or that can't be seen from here",
    },
    { flags: "-f, --force", help: "break it even if the process lives" },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch unlock", "who has it, and does it live?"],
    ["mediasearch unlock --yes", "after a machine or a container that is gone for good"],
  ],
  exitCodes: ["NO_STORE", "STORE_BUSY"],
} as const satisfies CommandSpec;

export const WORKERS_SPEC = {
  name: "workers",
  summary: "show who indexes into the library, drain one, pause all",
  details:
    "A worker is a run of index, also with --watch. Paused, no worker begins another file; drained, it finishes what it has and ends. On a cluster it is shown what each has in hand.",
  args: [
    {
      name: "[action]",
      help: "list (the default), drain, pause, resume",
      choices: ["list", "drain", "pause", "resume"],
    },
    {
      name: "[worker]",
      help: "to drain: its id as listed, or a host for all of its workers",
    },
  ],
  options: [STORE_OPTION, { flags: "--json", help: "print JSON" }],
  examples: [
    ["mediasearch workers", "who does what"],
    ["mediasearch workers drain node-7", "before that machine is switched off"],
    ["mediasearch workers pause", "before an upgrade of the cluster"],
  ],
  exitCodes: ["NO_STORE", "NOT_FOUND"],
} as const satisfies CommandSpec;

export const SPEAKERS_SPEC = {
  name: "speakers",
  summary: "list, rename or merge the people who speak, or know them by their voices",
  details:
    "Names are found at once, and hold for a file that is recognised anew, moves or is copied.\n`enrol` keeps how a person sounds, in the library and nowhere else; `match` gives the name to speakers that nobody has named (Speaker 1, Speaker 2, …) and that sound so; `forget` wipes the voice. Ask people before you keep their voices: docs/security.md.",
  args: [
    {
      name: "[action]",
      help: "what to do",
      choices: ["list", "rename", "merge", "enrol", "match", "profiles", "forget"],
    },
    {
      name: "[names...]",
      help: "rename: old and new name; merge: those that are one person; enrol: a name, and the recording, or its part where the person alone speaks (talk.mp3@12:30-13:10); forget: a name",
    },
  ],
  options: [
    STORE_OPTION,
    { flags: "--into <name>", help: "merge: the name that they get" },
    { flags: "--file <pattern>", help: "only in this file: a path, a name or a glob" },
    { flags: "--speaker <name>", help: "enrol: who the person is in the transcript" },
    { flags: "-n, --dry-run", help: "match: say who would get a name, and change nothing" },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch speakers enrol Ada talk.mp3@12:30-13:10", "remember how Ada sounds"],
    ["mediasearch speakers match --dry-run", "who of the unnamed sounds like somebody known"],
    ['mediasearch speakers rename "Speaker 1" "Ada Moreau" --file talk.mp3', "in one recording"],
    ['mediasearch speakers merge "A. Moreau" Ada --into "Ada Moreau"', "everywhere"],
  ],
  exitCodes: ["NO_STORE", "STORE_BUSY", "NOT_FOUND", "NO_SPACE", "PARTIAL"],
} as const satisfies CommandSpec;

export const MIGRATE_SPEC = {
  name: "migrate",
  summary: "move a library, or bring it up to date",
  details:
    "Without options it only says what it would do.\nA move copies and then compares every version on both sides; the source is never changed. Stopped, the same command goes on.",
  args: [],
  options: [
    STORE_OPTION,
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
    DRY_RUN_OPTION,
    {
      flags: "--with-media",
      help: "upload the recordings to MEDIA_BUCKET too; the library then names them there",
    },
    { flags: "--status", help: "only show what there is to do (the default)" },
    {
      flags: "--resume",
      help: "continue a move that was stopped (the default: nothing is written twice)",
    },
    { flags: "--verify", help: "only compare the two libraries of a move" },
    { flags: "--reembed", help: "make all embeddings again with the current model" },
    {
      flags: "--retranscribe",
      help: "recognise again what another recogniser, or an older build of it, recognised",
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
} as const satisfies CommandSpec;

export const BACKUP_SPEC = {
  name: "backup",
  summary: "write a library that is in use into one checksummed file",
  args: [{ name: "<file>", help: "where to write it: a path, or s3://BUCKET/KEY" }],
  options: [
    STORE_OPTION,
    { flags: "-f, --force", help: "replace the file if it is there" },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch backup library-monday.backup", "a consistent copy, even while indexing goes on"],
  ],
  exitCodes: ["NO_STORE", "STORE_BUSY", "NO_SPACE", "INTERRUPTED"],
} as const satisfies CommandSpec;

export const RESTORE_SPEC = {
  name: "restore",
  summary: "put a library back from a backup, or a recording as it was",
  details:
    "A recording that was taken out (`remove`) comes back; of any other, the transcript that was replaced last comes back as a change by hand.\nA backup is checked as a whole before anything is touched; a library that is there is kept beside the new one.",
  args: [
    {
      name: "<file>",
      help: "a recording of the library, or a file or s3:// object that `mediasearch backup` wrote",
    },
  ],
  options: [
    STORE_OPTION,
    {
      flags: "--number <n>",
      help: "which transcript of a recording: 1 was replaced last, 2 before it",
      fallback: "1",
    },
    { flags: "--check", help: "only check the backup" },
    {
      flags: "-f, --force",
      help: "take the place of the library that is there, which is kept under another name",
    },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch restore talk.mp3", "as it was before it was replaced or taken out"],
    ["mediasearch restore library-monday.backup --check", "whether a backup is sound"],
    [
      "mediasearch restore library-monday.backup --store ./monday.sqlite",
      "beside the present library",
    ],
  ],
  exitCodes: ["STORE_BUSY", "SCHEMA_MISMATCH", "NOT_FOUND", "NO_SPACE", "INTERRUPTED"],
} as const satisfies CommandSpec;

export const EXPORT_SPEC = {
  name: "export",
  summary: "write transcripts as files, beside the media or into a folder",
  details:
    "Files that are there and differ are left unless --force. JSON (talk.transcript.json) carries all that the library knows; `import` reads every format back.",
  args: [{ name: "[files...]", help: "paths, names or globs; all without" }],
  options: [
    STORE_OPTION,
    {
      flags: "--format <format>",
      help: "how to write them",
      choices: ["json", "srt", "vtt", "txt", "md"],
      fallback: "json",
    },
    { flags: "-o, --output <folder>", help: "into this folder, ordered as the media are" },
    { flags: "--vectors", help: "with the embeddings (json only; they can be made again)" },
    { flags: "--words", help: "a cue for each word, where times are known (srt and vtt)" },
    { flags: "-f, --force", help: "replace files that differ" },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch export --format srt", "captions beside every recording"],
    ["mediasearch export --format md -o transcripts", "to read elsewhere"],
  ],
  exitCodes: ["PARTIAL", "NO_STORE", "NOT_FOUND", "INTERRUPTED"],
  resumable: true,
} as const satisfies CommandSpec;

export const IMPORT_SPEC = {
  name: "import",
  summary: "read transcripts into the library",
  details:
    "Those that `export` wrote, perhaps corrected by hand: what differs is kept as corrections, which hold for a recording that is recognised anew, moves or is copied.\nA folder stands for the *.transcript.json below it.\nTranscripts and captions of other programs are read too: docs/caption-formats.md lists them.",
  args: [
    {
      name: "<transcripts...>",
      help: "files that export or another program wrote, or folders of the former",
    },
  ],
  options: [
    STORE_OPTION,
    {
      flags: "--for <recording>",
      help: "the recording that one transcript belongs to (default: of the same name)",
    },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch import transcripts/", "a library from exported JSON"],
    ["mediasearch import talk.srt --for talk.mp3", "corrected captions"],
    ["mediasearch import whisperx/talk.json --for talk.mp3", "a transcript of WhisperX"],
  ],
  exitCodes: ["PARTIAL", "NOT_FOUND", "MODEL_MISMATCH", "STORE_BUSY", "NO_SPACE", "INTERRUPTED"],
  resumable: true,
} as const satisfies CommandSpec;
