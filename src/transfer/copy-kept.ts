import type { Backend } from "../backends/backend.ts";
import { listEditedContents, readEdits, writeEdits } from "../backends/edits.ts";
import { copyMediaFacts, listDescribed } from "../backends/media-facts.ts";
import { copyWordTimes, listWordTimes, movedWordTimesKey } from "../backends/word-times.ts";
import {
  type ContentDigest,
  type Fingerprint,
  formatFingerprint,
  parseFingerprint,
} from "../fingerprint.ts";
import type { TranscriptEdits } from "../transcript-edits.ts";
import { inParallel } from "./in-parallel.ts";

/** What a content and its captions are called in the source, and in the target. */
interface ContentMove {
  readonly from: ContentDigest;
  readonly to: ContentDigest;
}

/** The moves of the contents of a library, by the content in the source. */
export interface ContentMoves {
  /** Of files: their edits and their words' times go along. */
  readonly files: ReadonlyMap<string, readonly ContentMove[]>;
  /**
   * Of files and of archived transcripts, which keep their fingerprints: the words' times go along.
   */
  readonly transcripts: ReadonlyMap<string, readonly ContentMove[]>;
}

export interface MovesNotes extends ContentMoves {
  add(from: string | null, to: string | null): void;
  addArchived(fingerprint: string): void;
}

/** Notes, while files are copied, what becomes of their contents. */
export function noteMoves(): MovesNotes {
  const [files, transcripts] = [new Map<string, ContentMove[]>(), new Map<string, ContentMove[]>()];
  const note = (moves: Map<string, ContentMove[]>, from: Fingerprint, to: Fingerprint): void => {
    if (from.content === "" || to.content === "") return;
    const known = moves.get(from.content) ?? [];
    const isKnown = known.some(
      (move) => isSameDigest(move.from, from) && isSameDigest(move.to, to),
    );
    if (isKnown) return;
    const digest = ({ content, captions }: Fingerprint): ContentDigest => ({ content, captions });
    moves.set(from.content, [...known, { from: digest(from), to: digest(to) }]);
  };
  return {
    files,
    transcripts,
    add(from, to) {
      const [before, after] = [parseFingerprint(from ?? ""), parseFingerprint(to ?? "")];
      note(files, before, after);
      note(transcripts, before, after);
    },
    addArchived(fingerprint) {
      const same = parseFingerprint(fingerprint);
      note(transcripts, same, same);
    },
  };
}

const isSameDigest = (a: ContentDigest, b: ContentDigest): boolean =>
  a.content === b.content && a.captions === b.captions;

/** The half of a library in which lies what is kept by content. */
type Kept = Pick<Backend, "records">;

export interface CopyKeptOptions {
  readonly moves: ContentMoves;
  /** How many records may be under way at once. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/**
 * Copies what is kept beside the versions of these contents, under the contents that they have in
 * the target: what people changed of them, when their words are said, and titles, chapters and the
 * like. What the target has of its own stays.
 */
export async function copyKept(
  { records: source }: Kept,
  { records: target }: Kept,
  { moves, atOnce, signal }: CopyKeptOptions,
): Promise<void> {
  await inParallel(editedMoves(source, moves), atOnce, async (move) => {
    signal.throwIfAborted();
    if (await readEdits(target, move.to.content)) return;
    const edits = await readEdits(source, move.from.content);
    if (edits) await writeEdits(target, move.to.content, movedEdits(edits, move));
  });
  await inParallel(describedMoves(source, moves), atOnce, async ({ from, to }) => {
    signal.throwIfAborted();
    await copyMediaFacts(source, target, from.content, to.content);
  });
  await inParallel(timedMoves(source, moves), atOnce, async ([key, newKey]) => {
    signal.throwIfAborted();
    await copyWordTimes(source, target, key, newKey);
  });
}

/** One move for each content of the target, so that no two writers meet. */
async function* editedMoves(
  source: Backend["records"],
  { files }: ContentMoves,
): AsyncIterable<ContentMove> {
  const written = new Set<string>();
  for (const content of await listEditedContents(source))
    for (const move of files.get(content) ?? []) {
      if (written.has(move.to.content)) continue;
      written.add(move.to.content);
      yield move;
    }
}

async function* describedMoves(
  source: Backend["records"],
  { transcripts }: ContentMoves,
): AsyncIterable<ContentMove> {
  const written = new Set<string>();
  for (const content of await listDescribed(source))
    for (const move of transcripts.get(content) ?? []) {
      if (written.has(move.to.content)) continue;
      written.add(move.to.content);
      yield move;
    }
}

async function* timedMoves(
  source: Backend["records"],
  { transcripts }: ContentMoves,
): AsyncIterable<readonly [key: string, newKey: string]> {
  const written = new Set<string>();
  for (const { key, content } of await listWordTimes(source))
    for (const { from, to } of transcripts.get(content) ?? []) {
      const newKey = movedWordTimesKey(key, from, to);
      if (written.has(newKey)) continue;
      written.add(newKey);
      yield [key, newKey];
    }
}

/** Their base is what was recognised of the moved file, so that a run finds nothing to do again. */
function movedEdits(edits: TranscriptEdits, { from, to }: ContentMove): TranscriptEdits {
  const base = parseFingerprint(edits.base.fingerprint);
  const captions = base.captions === from.captions ? to.captions : base.captions;
  const fingerprint = formatFingerprint({ ...base, content: to.content, captions });
  return { ...edits, base: { ...edits.base, fingerprint } };
}
