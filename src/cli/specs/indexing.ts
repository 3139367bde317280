import { SETTINGS } from "../../config/settings.ts";
import type { CommandSpec } from "../spec.ts";
import {
  STORE_OPTION,
  INCLUDE_OPTION,
  EXCLUDE_OPTION,
  DRY_RUN_OPTION,
  PATHS_ARGUMENT,
  LANGUAGE_OPTION,
  SPEAKERS_OPTION,
  VOCABULARY_OPTION,
} from "./shared.ts";

export const INDEX_SPEC = {
  name: "index",
  summary: "make files and folders searchable",
  details:
    "Reads captions (beside the file or inside it), else recognises the speech, and puts the result into the library.\nFiles that did not change are passed over. Without paths, works off what `ingest` registered.",
  opening: "opening the library",
  args: [PATHS_ARGUMENT],
  options: [
    STORE_OPTION,
    INCLUDE_OPTION,
    EXCLUDE_OPTION,
    {
      flags: "--captions <mode>",
      help: SETTINGS.captions.help,
      choices: ["prefer", "only", "ignore"],
    },
    { flags: "--captions-encoding <name>", help: SETTINGS.captionsEncoding.help },
    LANGUAGE_OPTION,
    { flags: "--audio-track <track>", help: SETTINGS.audioTrack.help },
    { flags: "--subtitle-track <track>", help: SETTINGS.subtitleTrack.help },
    {
      flags: "--channels <mode>",
      help: SETTINGS.channels.help,
      choices: ["auto", "mix", "separate"],
    },
    {
      flags: "--resync",
      help: "move captions beside recordings to the times of their speech, where they are out of step",
    },
    { flags: "--engine <name>", help: SETTINGS.engine.help },
    SPEAKERS_OPTION,
    VOCABULARY_OPTION,
    { flags: "-j, --jobs <n>", help: SETTINGS.jobs.help },
    { flags: "-w, --watch", help: "follow changes until Ctrl-C" },
    { flags: "--events <address>", help: SETTINGS.events.help },
    { flags: "--reconcile <time>", help: SETTINGS.reconcileMs.help },
    { flags: "--print", help: "show what is recognised as it comes" },
    DRY_RUN_OPTION,
    {
      flags: "--metrics-file <path>",
      help: "write figures of the run for Prometheus' textfile collector",
    },
    { flags: "--json", help: "one JSON event a line" },
  ],
  examples: [
    ["mediasearch index ~/Recordings", "everything below a folder"],
    ["mediasearch index interview.mp4 --captions ignore", "recognise, whatever captions say"],
    ["mediasearch index interviews --speakers", "with who speaks"],
    ["mediasearch index film.avi --captions-encoding cp866", "captions of an old program"],
    ["mediasearch index film.mkv --audio-track 2", "another track than a player would choose"],
    ["mediasearch index calls --channels separate", "one person in each channel"],
    [
      "mediasearch index --watch s3://media/talks/ --events kafka://broker:9092/bucket-events",
      "objects are found when their bucket tells of them",
    ],
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
    "OVER_LIMIT",
  ],
  resumable: true,
} as const satisfies CommandSpec;

export const INGEST_SPEC = {
  name: "ingest",
  summary: "register files in the library without processing them",
  details: "`mediasearch index` without paths works them off.",
  args: [PATHS_ARGUMENT],
  options: [
    STORE_OPTION,
    INCLUDE_OPTION,
    EXCLUDE_OPTION,
    LANGUAGE_OPTION,
    {
      flags: "--to <place>",
      help: "upload the files and their captions below this s3:// place first, and register them there",
    },
    { flags: "--force", help: "with --to, replace objects that are others" },
    DRY_RUN_OPTION,
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
} as const satisfies CommandSpec;

export const JOBS_SPEC = {
  name: "jobs",
  summary: "list, show, retry, skip or forget files that failed",
  details:
    "A file that failed is not tried again until it or the engine changes.\nStates: RETRYING, NEEDS_MEDIA_FIX, NEEDS_ENGINE_TUNING, QUARANTINED, SKIPPED.",
  args: [
    { name: "[action]", help: "what to do", choices: ["list", "show", "retry", "skip", "purge"] },
    { name: "[files...]", help: "paths, names or globs" },
  ],
  options: [
    STORE_OPTION,
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
} as const satisfies CommandSpec;

export const BENCH_SPEC = {
  name: "bench",
  summary: "measure recognisers and speakers on recordings of your own",
  details:
    "asr: word error rate and speed of every recogniser that is set up (or of --engine), on the recordings of a folder that have what is said in them beside them, as .txt, .vtt or .srt.\nspeakers: how well it is told who speaks when, on recordings that have that beside them, as .rttm.\nWrites nothing.",
  args: [
    { name: "<what>", help: "asr or speakers", choices: ["asr", "speakers"] },
    { name: "<folder>", help: "recordings, with what is right beside them" },
  ],
  options: [
    { flags: "--engine <names>", help: "only these, parted by commas" },
    LANGUAGE_OPTION,
    VOCABULARY_OPTION,
    { flags: "--json", help: "as JSON, with what was recognised" },
  ],
  examples: [
    ["mediasearch bench asr ~/samples", "every recogniser that is set up"],
    ["mediasearch bench asr ~/samples --engine local,WHISPER", "two of them"],
    ["mediasearch bench speakers ~/meetings", "who speaks when"],
  ],
  exitCodes: ["NOT_FOUND", "PARTIAL", "MISSING_MODEL"],
} as const satisfies CommandSpec;
