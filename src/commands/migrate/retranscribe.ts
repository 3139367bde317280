import { parseEngineChain } from "../../engine-chain.ts";
import type { AssetId } from "../../backends/backend.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { pluralize } from "../../text/format.ts";
import { ENGINES } from "../../asr/registry.ts";
import { indexPaths } from "../../app/indexing/index-paths.ts";
import { showRun } from "../index/show-run.ts";
import type { FlagsOf } from "../../cli/flags.ts";
import { hasFlag } from "../../cli/flags.ts";
import type { CommandContext } from "../../cli/command.ts";
import type { MIGRATE } from "../../cli/specs/library.ts";

/**
 * Recognises anew what another recogniser, or another build of the present one, recognised. What is done is committed file by file, so that the same
 * command goes on with the rest; captions are left. @returns the exit code.
 */
export async function retranscribe(
  flags: FlagsOf<typeof MIGRATE>,
  context: CommandContext,
): Promise<number> {
  const { io, status } = context;
  const wants = await anyFileMatcher(flags.only ?? [], io.cwd);
  const [present = "", ...alternatives] = await presentEngines(context);
  status.end();
  const others = await recognisedByOthers(context, new Set([present, ...alternatives]), wants);
  const dryRun = hasFlag(flags, "dryRun");
  if (others.length === 0 || dryRun) {
    if (hasFlag(flags, "json"))
      io.stdout.write(
        `${JSON.stringify({ version: 1, engine: present, toRetranscribe: others.length, dryRun })}\n`,
      );
    else
      io.stdout.write(
        others.length === 0
          ? `nothing to do: everything that was recognised was by ${present}\n`
          : `would recognise ${pluralize(others.length, "file")} anew with ${present}\n`,
      );
    return 0;
  }
  const events = indexPaths(context, { locations: others, again: true });
  return showRun(events, hasFlag(flags, "json"), context);
}

/** The recogniser of the settings first, then those that it falls back to and those of rules: what any of them did is as it should be. */
async function presentEngines(context: CommandContext): Promise<string[]> {
  const { engine, engineRules = "" } = context.config.settings;
  const names = [
    ...new Set([
      ...parseEngineChain(engine),
      ...ENGINES.filter((name) => new RegExp(`\\b${name}\\b`).test(engineRules)),
    ]),
  ];
  const ids: string[] = [];
  for (const [at, name] of names.entries()) {
    try {
      const transcriber = await context.openTranscriber(name);
      ids.push(transcriber.id);
      await transcriber.close();
    } catch (error) {
      // One that can't be opened here has not done anything here either; the first one is what this is about.
      if (at === 0) throw error;
    }
  }
  return ids;
}

async function recognisedByOthers(
  context: CommandContext,
  present: ReadonlySet<string>,
  wants: (id: AssetId) => boolean,
): Promise<AssetId[]> {
  const backend = await context.openBackend(false);
  try {
    const ids: AssetId[] = [];
    for await (const { id, origin, engine, state } of backend.store.listAssets())
      if (
        origin === "asr" &&
        !present.has(engine ?? "") &&
        (state === "indexed" || state === "partial") &&
        wants(id)
      )
        ids.push(id);
    return ids;
  } finally {
    await backend.close();
  }
}
