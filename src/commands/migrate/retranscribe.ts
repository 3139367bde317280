import { indexPaths } from "../../app/indexing/index-paths.ts";
import { planRetranscription } from "../../app/library/retranscribe.ts";
import type { CommandContext } from "../../cli/command.ts";
import { type FlagsOf, hasFlag } from "../../cli/flags.ts";
import type { MIGRATE_SPEC } from "../../cli/specs/library.ts";
import { formatJson, pluralize } from "../../text/format.ts";
import { showRun } from "../index/show-run.ts";
import { stripControls } from "../../text/strip-controls.ts";

/**
 * `migrate --retranscribe`. What is done is committed file by file, so that the same command goes
 * on with the rest.
 * @returns the exit code.
 */
export async function retranscribe(
  flags: FlagsOf<typeof MIGRATE_SPEC>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const dryRun = hasFlag(flags, "dryRun");
  const asJson = hasFlag(flags, "json");
  const { engine, files } = await planRetranscription(context, flags.only ?? []);
  if (files.length > 0 && !dryRun)
    return showRun(indexPaths(context, { locations: files, force: true }), asJson, context);
  const record = { version: 1, engine, toRetranscribe: files.length, dryRun };
  const text =
    files.length === 0
      ? `nothing to do: everything that was recognised was by ${engine}`
      : `would recognise ${pluralize(files.length, "file")} anew with ${engine}`;
  io.stdout.write(`${asJson ? formatJson(record) : stripControls(text)}\n`);
  return 0;
}
