import { matchVoices, type VoiceMatch } from "../../asr/match-voices.ts";
import type { SpokenSpan } from "../../asr/speaker-turns.ts";
import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import { contentOf } from "../../backends/edits.ts";
import {
  type HeardVoice,
  listProfiles,
  readHeardVoices,
  type StoredProfile,
  writeHeardVoices,
} from "../../backends/voices.ts";
import { type ErrorCode, MediasearchError, toMediasearchError } from "../../errors.ts";
import type { WorkerPool } from "../../pipeline/worker/pool.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { editTranscript, type EditTools } from "../../transfer/edit-transcript.ts";
import { foldName } from "../../transcript-edits.ts";
import type { Context } from "../context.ts";
import { withEditTools } from "./edit-tools.ts";
import { hearVoices, seenToHear, UNNAMED } from "./voices.ts";

export interface MatchRequest {
  /** Only in these files: a path, a name or a glob. */
  readonly file?: string | undefined;
  readonly dryRun: boolean;
}

/** What came of one file: its unnamed speakers, or why its voices could not be heard. */
export type MatchedFile =
  | { readonly id: AssetId; readonly matches: readonly VoiceMatch[] }
  | { readonly id: AssetId; readonly code: ErrorCode; readonly reason: string };

/**
 * Looks for people who were enrolled among the speakers that nobody has named, and gives them their
 * names. A file that can't be read stops no other one.
 * @throws NOT_FOUND where nobody was enrolled.
 */
export async function matchSpeakers(
  context: Context,
  { file, dryRun }: MatchRequest,
  onFile: (matched: MatchedFile) => void,
): Promise<void> {
  const wants = await anyFileMatcher(file === undefined ? [] : [file], context.cwd);
  await withEditTools(context, false, async (tools) => {
    const profiles = await listProfiles(tools.records);
    const [first] = profiles;
    if (!first)
      throw new MediasearchError("NOT_FOUND", "nobody was enrolled", {
        hint: "mediasearch speakers enrol Ada talk.mp3@12:30-13:10",
      });
    const assets = await assetsToName(tools, wants);
    let workers: Promise<WorkerPool> | undefined;
    const openWorkers = (): Promise<WorkerPool> =>
      (workers ??= context.openWorkers(assets.map(({ id }) => seenToHear(id))));
    try {
      for (const asset of assets) {
        context.signal.throwIfAborted();
        try {
          const heard =
            (await readHeardVoices(tools.records, asset.fingerprint, first.encoder)) ??
            (await hearAgain(context, asset, tools, await openWorkers()));
          const matches = matchesIn(asset, heard, profiles);
          if (!dryRun) await giveNames(asset, matches, tools);
          onFile({ id: asset.id, matches });
        } catch (error) {
          context.signal.throwIfAborted();
          const { code, message } = toMediasearchError(error, asset.id);
          onFile({ id: asset.id, code, reason: message });
        }
      }
    } finally {
      await (await workers)?.close();
    }
  });
}

/** Files in which somebody has no name. A copy of a file gets its names with it. */
async function assetsToName(
  { library }: EditTools,
  wants: (id: AssetId) => boolean,
): Promise<readonly AssetStatus[]> {
  const assets: AssetStatus[] = [];
  const contents = new Set<string>();
  for await (const asset of library.catalog.list()) {
    const content = contentOf(asset.fingerprint);
    if (asset.state === "deleted" || !wants(asset.id) || unnamed(asset).length === 0) continue;
    if (content !== "" && contents.has(content)) continue;
    contents.add(content);
    assets.push(asset);
  }
  return assets;
}

const unnamed = ({ speakers }: AssetStatus): readonly string[] =>
  speakers.filter((name) => UNNAMED.test(name));

/** Names that a person gave win: who is named in a file is nobody else in it. */
function matchesIn(
  asset: AssetStatus,
  heard: readonly HeardVoice[],
  profiles: readonly StoredProfile[],
): readonly VoiceMatch[] {
  const named = new Set(asset.speakers.map(foldName));
  const open = new Set(unnamed(asset));
  return matchVoices(
    heard.filter(({ speaker }) => open.has(speaker)),
    profiles
      .filter(({ name }) => !named.has(foldName(name)))
      .map(({ name, voices }) => ({ name, voices: voices.map(({ voice }) => voice) })),
  );
}

/**
 * Voices that nobody has kept are heard in the recording, once: those of speakers without a name.
 * Whoever has one was not asked for his or her voice.
 */
async function hearAgain(
  context: Context,
  asset: AssetStatus,
  { library, records }: EditTools,
  workers: WorkerPool,
): Promise<readonly HeardVoice[]> {
  const spans: SpokenSpan[] = [];
  for await (const { speaker, startMs, endMs } of library.versions.read(asset.id))
    if (speaker !== null && UNNAMED.test(speaker)) spans.push({ speaker, startMs, endMs });
  const heard = await hearVoices(context, asset.id, asset.fingerprint, spans, workers);
  await writeHeardVoices(records, asset.fingerprint, heard);
  return heard.voices;
}

async function giveNames(
  asset: AssetStatus,
  matches: readonly VoiceMatch[],
  tools: EditTools,
): Promise<void> {
  for (const { isSure, speaker, nearest } of matches) {
    if (!isSure || nearest === null) continue;
    // Each name is a change of the transcript as it is by then.
    const now = await tools.library.catalog.get(asset.id);
    const step = { kind: "rename", from: [speaker], to: nearest, atMs: Date.now() } as const;
    if (now) await editTranscript(now, step, tools);
  }
}
