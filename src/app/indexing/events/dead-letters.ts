import { chmodSync, statSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import type { EventFeed, ReceivedMessage } from "../../../notifications/feed.ts";

/** Somebody who sends nothing but garbage must not fill the disk. */
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
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if ((size ?? 0) > MAX_FILE_BYTES)
    throw new MediasearchError("IO_FAILED", `${path}: is full of messages that nobody can read`, {
      subject: path,
      hint: "look at what the broker sends, then move the file away",
    });
  const line = {
    at: new Date().toISOString(),
    position: message.position,
    reason,
    headers: Object.fromEntries(message.headers),
    body: Buffer.from(message.body).toString("base64"),
  };
  try {
    await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    if (size === undefined) chmodSync(path, 0o600);
  } catch (error) {
    throw toMediasearchError(error, path);
  }
  return path;
}
