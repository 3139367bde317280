import type { AssetId } from "../../backends/catalog.ts";
import { parseEngineChain } from "../../engine-chain.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { ruleEngines } from "../../config/engine-rules.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

export interface Retranscription {
  /** The present recogniser, with its model and build. */
  readonly engine: string;
  /** What another one recognised, or an older build of it. */
  readonly files: readonly AssetId[];
}

/**
 * Finds what to recognise anew, for indexPaths with `force`. `only` are paths, names or globs; none
 * means every file. Captions are left.
 */
export async function planRetranscription(
  context: Context,
  only: readonly string[],
): Promise<Retranscription> {
  const wants = await anyFileMatcher(only, context.cwd);
  const [engine = "", ...alternatives] = await presentEngines(context);
  context.tell({ type: "idle" });
  const present = new Set([engine, ...alternatives]);
  // Speakers and terms that nobody asks for now may stay.
  const { speakers, vocabulary } = context.config.settings;
  const unasked = [
    ...(speakers === undefined ? ["speakers"] : []),
    ...(vocabulary === undefined ? ["terms"] : []),
  ];
  const isPresent = (id: string): boolean => present.has(id) || present.has(without(unasked, id));
  return { engine, files: await recognisedByOthers(context, isPresent, wants) };
}

/** The identity of a recogniser as it would be without what is put around it. */
const without = (extras: readonly string[], id: string): string =>
  id
    .split("+")
    .filter((part) => !extras.some((extra) => part.startsWith(`${extra}.`)))
    .join("+");

/**
 * The recogniser of the settings first, then those that it falls back to and those of rules: what
 * any of them did is as it should be.
 */
async function presentEngines(context: Context): Promise<string[]> {
  const { engine, engineRules } = context.config.settings;
  const names = [...new Set([...parseEngineChain(engine), ...ruleEngines(engineRules)])];
  const ids: string[] = [];
  for (const [position, name] of names.entries()) {
    try {
      const transcriber = await context.openTranscriber(name);
      ids.push(transcriber.id);
      await transcriber.close();
    } catch (error) {
      // One that can't be opened here has not done anything here either; the first one is what this
      // is about.
      if (position === 0) throw error;
    }
  }
  return ids;
}

const recognisedByOthers = (
  context: Context,
  isPresent: (engine: string) => boolean,
  wants: (id: AssetId) => boolean,
): Promise<AssetId[]> =>
  withBackend(context, async ({ library }) => {
    const ids: AssetId[] = [];
    for await (const { id, origin, engine, state } of library.catalog.list())
      if (
        origin === "asr" &&
        !isPresent(engine ?? "") &&
        (state === "indexed" || state === "partial") &&
        wants(id)
      )
        ids.push(id);
    return ids;
  });
