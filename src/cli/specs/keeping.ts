import type { CommandSpec } from "../spec.ts";
import { DRY_RUN_OPTION, STORE_OPTION } from "./shared.ts";

export const EDITS_SPEC = {
  name: "edits",
  summary: "show or take back what was changed by hand",
  details:
    "Corrections that were imported, names of speakers, transcripts that were restored. They lie over what was recognised and hold when it is recognised anew.\n`mediasearch transcript FILE --original` shows what lies below; `mediasearch export --format json` takes both along.",
  args: [
    { name: "[action]", help: "what to do", choices: ["list", "show", "undo"] },
    { name: "[files...]", help: "paths, names or globs; undo takes one" },
  ],
  options: [
    STORE_OPTION,
    { flags: "--all", help: "undo: every change of the file, not the last one alone" },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch edits", "which files were changed, and how"],
    ["mediasearch edits show talk.mp3", "line by line, before and after"],
    ["mediasearch edits undo talk.mp3", "the last change"],
  ],
  exitCodes: ["NO_STORE", "NOT_FOUND", "MODEL_MISMATCH", "NO_SPACE"],
} as const satisfies CommandSpec;

export const REMOVE_SPEC = {
  name: "remove",
  summary: "take files and folders out of the library",
  details:
    "Your files are never touched. What was taken out answers no search, and no later run takes it in again unless it names the file.\nUntil ARCHIVE_RETENTION_DAYS have passed --undo brings it back. --purge wipes its words and vectors from the library file, also what was replaced earlier; there is no way back.",
  args: [{ name: "<files...>", help: "paths of files and folders, names or globs" }],
  options: [
    STORE_OPTION,
    DRY_RUN_OPTION,
    { flags: "--undo", help: "bring back what was taken out" },
    { flags: "--purge", help: "wipe it from the disk, for good" },
    { flags: "--json", help: "print JSON" },
  ],
  examples: [
    ["mediasearch remove ~/Recordings/private", "a folder, and what comes into it later"],
    ['mediasearch remove "*draft*" --dry-run', "which files that means"],
    ["mediasearch remove talk.mp3 --purge", "for good"],
    ["mediasearch remove talk.mp3 --undo", "after all"],
  ],
  exitCodes: ["NO_STORE", "NOT_FOUND", "STORE_BUSY", "NO_SPACE"],
} as const satisfies CommandSpec;

export const FOLDERS_SPEC = {
  name: "folders",
  summary: "show the folders that were indexed, and how far they are",
  details:
    "`mediasearch index` and `index --watch` without paths go over them, each with its globs.",
  args: [
    { name: "[action]", help: "what to do", choices: ["list", "forget"] },
    { name: "[folders...]", help: "forget: those that no run shall go over by itself" },
  ],
  options: [STORE_OPTION, { flags: "--json", help: "print JSON" }],
  examples: [
    ["mediasearch folders", "files, done, to do, failed, last look"],
    ["mediasearch folders forget ~/Recordings/old", "its files stay in the library"],
  ],
  exitCodes: ["NO_STORE", "NOT_FOUND"],
} as const satisfies CommandSpec;
