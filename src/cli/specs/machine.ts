import type { CommandSpec } from "../spec.ts";
import { GLOBAL_OPTIONS, STORE_OPTION } from "./shared.ts";

export const MODELS_SPEC = {
  name: "models",
  summary: "list, download and check the models",
  details:
    "Optional models are downloaded when they are named. whisper-tiny, whisper-base and whisper-small come from Hugging Face's hub: HF_ENDPOINT names a mirror,\nHF_HUB_OFFLINE=1 forbids it, HF_TOKEN is sent; a download that was cut goes on where it ended. MEDIASEARCH_MODELS may hold model.bin instead. Of several, the largest is used.",
  args: [
    {
      name: "[action]",
      help: "list (default), pull, verify or path",
      choices: ["list", "pull", "verify", "path"],
    },
    { name: "[models...]", help: "with pull: which ones, such as whisper-base" },
  ],
  options: [{ flags: "--json", help: "print JSON" }],
  examples: [
    ["mediasearch models pull", "download now what the first use would"],
    ["mediasearch models pull whisper-base", "recognise other languages than English too"],
    ["mediasearch models verify", "compare every file with its digest"],
  ],
  exitCodes: ["MISSING_MODEL", "NO_SPACE"],
} as const satisfies CommandSpec;

export const CONFIG_SPEC = {
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
} as const satisfies CommandSpec;

export const COMPLETION_SPEC = {
  name: "completion",
  summary: "print the completion of commands and options for a shell",
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
} as const satisfies CommandSpec;

export const DOCTOR_SPEC = {
  name: "doctor",
  summary: "check whether this machine can index and search, and repair what it can",
  details:
    "Checks run side by side, each with a time-out. A failure names what was tried, what was found and the command that mends it; its exit code is doctor's.",
  args: [],
  options: [
    STORE_OPTION,
    { flags: "--fix", help: "copy the library, then rebuild the parts of it that can be rebuilt" },
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
      help: "with --readiness --perf: check that this many hours of audio a day can be recognised",
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
} as const satisfies CommandSpec;
