import type { Backend } from "../backends/backend.ts";
import { listEditedContents, readEdits, writeEdits } from "../backends/edits.ts";
import { copyWordTimes, listWordTimes } from "../backends/word-times.ts";
import { inParallel } from "./in-parallel.ts";

/** The half of a library in which lies what is kept by content. */
type Kept = Pick<Backend, "records">;

export interface CopyKeptOptions {
  readonly contents: ReadonlySet<string>;
  /** How many records may be under way at once. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/**
 * Copies what is kept beside the versions of these contents: what people changed of them, and when
 * their words are said. What the target has of its own stays.
 */
export async function copyKept(
  { records: source }: Kept,
  { records: target }: Kept,
  { contents, atOnce, signal }: CopyKeptOptions,
): Promise<void> {
  async function* editedContents(): AsyncIterable<string> {
    for (const content of await listEditedContents(source))
      if (contents.has(content)) yield content;
  }
  async function* timedKeys(): AsyncIterable<string> {
    for (const { key, content } of await listWordTimes(source))
      if (contents.has(content)) yield key;
  }
  await inParallel(editedContents(), atOnce, async (content) => {
    signal.throwIfAborted();
    if (await readEdits(target, content)) return;
    const edits = await readEdits(source, content);
    if (edits) await writeEdits(target, content, edits);
  });
  await inParallel(timedKeys(), atOnce, async (key) => {
    signal.throwIfAborted();
    await copyWordTimes(source, target, key);
  });
}
