import type { CommandEntry, Command } from "./command.ts";
import type { CommandSpec } from "./spec.ts";
import { INDEX_SPEC, INGEST_SPEC, JOBS_SPEC, BENCH_SPEC } from "./specs/indexing.ts";
import { ASK_SPEC, SEARCH_SPEC, TRANSCRIPT_SPEC, LIST_SPEC, MCP_SPEC } from "./specs/searching.ts";
import {
  STATUS_SPEC,
  SPEAKERS_SPEC,
  UNLOCK_SPEC,
  WORKERS_SPEC,
  MIGRATE_SPEC,
  BACKUP_SPEC,
  RESTORE_SPEC,
  EXPORT_SPEC,
  IMPORT_SPEC,
} from "./specs/library.ts";
import { EDITS_SPEC, FOLDERS_SPEC, REMOVE_SPEC } from "./specs/keeping.ts";
import { AUDIT_SPEC, KEYS_SPEC, SERVE_SPEC } from "./specs/serving.ts";
import { MODELS_SPEC, CONFIG_SPEC, COMPLETION_SPEC, DOCTOR_SPEC } from "./specs/machine.ts";

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
  entry(INDEX_SPEC, () => import("../commands/index/command.ts")),
  entry(SEARCH_SPEC, () => import("../commands/search/command.ts")),
  entry(ASK_SPEC, () => import("../commands/ask.ts")),
  entry(TRANSCRIPT_SPEC, () => import("../commands/transcript.ts")),
  entry(LIST_SPEC, () => import("../commands/list.ts")),
  entry(MCP_SPEC, () => import("../commands/mcp.ts")),
  entry(SERVE_SPEC, () => import("../commands/serve.ts")),
  entry(KEYS_SPEC, () => import("../commands/keys.ts")),
  entry(AUDIT_SPEC, () => import("../commands/audit.ts")),
  entry(STATUS_SPEC, () => import("../commands/status.ts")),
  entry(JOBS_SPEC, () => import("../commands/jobs.ts")),
  entry(SPEAKERS_SPEC, () => import("../commands/speakers/command.ts")),
  entry(FOLDERS_SPEC, () => import("../commands/folders.ts")),
  entry(EDITS_SPEC, () => import("../commands/edits.ts")),
  entry(REMOVE_SPEC, () => import("../commands/remove.ts")),
  entry(INGEST_SPEC, () => import("../commands/ingest.ts")),
  entry(MODELS_SPEC, () => import("../commands/models.ts")),
  entry(MIGRATE_SPEC, () => import("../commands/migrate/command.ts")),
  entry(CONFIG_SPEC, () => import("../commands/config.ts")),
  entry(BACKUP_SPEC, () => import("../commands/backup.ts")),
  entry(RESTORE_SPEC, () => import("../commands/restore.ts")),
  entry(EXPORT_SPEC, () => import("../commands/export.ts")),
  entry(IMPORT_SPEC, () => import("../commands/import.ts")),
  entry(WORKERS_SPEC, () => import("../commands/workers.ts")),
  entry(UNLOCK_SPEC, () => import("../commands/unlock.ts")),
  entry(COMPLETION_SPEC, () => import("../commands/completion.ts")),
  entry(BENCH_SPEC, () => import("../commands/bench/command.ts")),
  entry(DOCTOR_SPEC, () => import("../commands/doctor.ts")),
];

/** The command that a command line begins with; undefined where that is none. */
export const commandOf = ([first]: readonly string[]): CommandEntry | undefined =>
  COMMANDS.find(({ name }) => name === first);
