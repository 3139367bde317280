import { chmodSync, renameSync, statSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { toMediasearchError } from "../../../errors.ts";
import type { EventFeed, ReceivedMessage } from "../../../notifications/feed.ts";

/**
 * Somebody who sends nothing but garbage must not fill the disk, nor keep the events of others from
 * being read: a full file takes the place of the one before.
 */
const MAX_FILE_BYTES = 64 << 20;

/**
 * Puts a message that nobody can read where a person finds it: into the topic of the feed, else
 * into a file, one JSON object a line with the body in base64.
 * @returns where it is now
 * @throws IO_FAILED when it can be kept nowhere
 */
export async function keepDeadLetter(
  feed: EventFeed,
  path: string,
  message: ReceivedMessage,
  reason: string,
): Promise<string> {
  try {
    if (feed.reject) {
      await feed.reject(message, reason);
      return "the topic for dead letters";
    }
  } catch {
    // The file takes it.
  }
  const line = {
    at: new Date().toISOString(),
    position: message.position,
    reason,
    headers: Object.fromEntries(message.headers),
    body: Buffer.from(message.body).toString("base64"),
  };
  try {
    const isFull = (sizeOf(path) ?? 0) > MAX_FILE_BYTES;
    if (isFull) renameSync(path, `${path}.old`);
    const isNew = sizeOf(path) === undefined;
    await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    if (isNew) chmodSync(path, 0o600);
  } catch (error) {
    throw toMediasearchError(error, path);
  }
  return path;
}

const sizeOf = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.size;
