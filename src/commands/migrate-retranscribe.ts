import type { AssetId } from "../backends/backend.ts";
import type { Context } from "../context.ts";
import { count, statusLine } from "../output.ts";
import { indexPaths } from "./index-run.ts";
import type { Flags } from "./command.ts";
import { isOn, list } from "./command.ts";
import { wantedBy } from "./migrate-plan.ts";

/**
 * Recognises anew what another recogniser, or another build of the present one, recognised. What is done is committed file by file, so that the same
 * command goes on with the rest; captions are left. @returns the exit code.
 */
export async function retranscribe(flags: Flags, context: Context): Promise<number> {
  const { io } = context;
  const wants = await wantedBy(list(flags, "only"), io.cwd);
  const status = statusLine(io.stderr, io.env);
  const transcriber = await context.openTranscriber(status);
  const present = transcriber.id;
  await transcriber.close();
  status.end();
  const others = await recognisedByOthers(context, present, wants);
  const dryRun = isOn(flags, "dryRun");
  if (others.length === 0 || dryRun) {
    if (isOn(flags, "json")) io.stdout.write(`${JSON.stringify({ version: 1, engine: present, toRetranscribe: others.length, dryRun })}\n`);
    else io.stdout.write(others.length === 0 ? `nothing to do: everything that was recognised was by ${present}\n` : `would recognise ${count(others.length, "file")} anew with ${present}\n`);
    return 0;
  }
  return indexPaths(context, { roots: async () => others, include: [], exclude: [], dryRun: false, again: true, asJson: isOn(flags, "json") });
}

async function recognisedByOthers(context: Context, present: string, wants: (id: AssetId) => boolean): Promise<AssetId[]> {
  const backend = await context.openBackend(false);
  try {
    const ids: AssetId[] = [];
    for await (const { id, origin, engine, state } of backend.store.listAssets())
      if (origin === "asr" && engine !== present && (state === "indexed" || state === "partial") && wants(id)) ids.push(id);
    return ids;
  } finally {
    await backend.close();
  }
}
