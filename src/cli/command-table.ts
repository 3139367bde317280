import type { CommandEntry, Command } from "./command.ts";
import type { CommandSpec } from "./spec.ts";
import { INDEX, INGEST, JOBS, BENCH } from "./specs/indexing.ts";
import { SEARCH_SPEC, TRANSCRIPT_SPEC, LIST_SPEC, MCP } from "./specs/searching.ts";
import {
  STATUS,
  SPEAKERS,
  UNLOCK,
  MIGRATE,
  BACKUP,
  RESTORE,
  EXPORT,
  IMPORT,
} from "./specs/library.ts";
import { KEYS, SERVE } from "./specs/serving.ts";
import { MODELS_SPEC, CONFIG, COMPLETION, DOCTOR } from "./specs/machine.ts";

/** A command's own type says which flags it gets; past this point all commands are alike. */
const entry = <S extends CommandSpec>(
  spec: S,
  load: () => Promise<{ readonly run: Command<S> }>,
): CommandEntry => ({ ...spec, load: load as CommandEntry["load"] });

/**
 * Every command, in the order of the help. The files behind `load` are imported only when their
 * command runs.
 */
export const COMMANDS: readonly CommandEntry[] = [
  entry(INDEX, () => import("../commands/index/command.ts")),
  entry(SEARCH_SPEC, () => import("../commands/search/command.ts")),
  entry(TRANSCRIPT_SPEC, () => import("../commands/transcript.ts")),
  entry(LIST_SPEC, () => import("../commands/list.ts")),
  entry(MCP, () => import("../commands/mcp.ts")),
  entry(SERVE, () => import("../commands/serve.ts")),
  entry(KEYS, () => import("../commands/keys.ts")),
  entry(STATUS, () => import("../commands/status.ts")),
  entry(JOBS, () => import("../commands/jobs.ts")),
  entry(SPEAKERS, () => import("../commands/speakers.ts")),
  entry(INGEST, () => import("../commands/ingest.ts")),
  entry(MODELS_SPEC, () => import("../commands/models.ts")),
  entry(MIGRATE, () => import("../commands/migrate/command.ts")),
  entry(CONFIG, () => import("../commands/config.ts")),
  entry(BACKUP, () => import("../commands/backup.ts")),
  entry(RESTORE, () => import("../commands/restore.ts")),
  entry(EXPORT, () => import("../commands/export.ts")),
  entry(IMPORT, () => import("../commands/import.ts")),
  entry(UNLOCK, () => import("../commands/unlock.ts")),
  entry(COMPLETION, () => import("../commands/completion.ts")),
  entry(BENCH, () => import("../commands/bench.ts")),
  entry(DOCTOR, () => import("../commands/doctor.ts")),
];

/** The command that a command line begins with; undefined where that is none. */
export const commandOf = ([first]: readonly string[]): CommandEntry | undefined =>
  COMMANDS.find(({ name }) => name === first);
