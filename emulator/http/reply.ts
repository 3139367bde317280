import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Rule } from "../faults.ts";
import { FAILED } from "../query/stream.ts";
import type { Reply } from "./call.ts";

/** Sends a reply, through the faults that strike it. */
export async function send(
  res: ServerResponse,
  { headers = {}, body = new Uint8Array(0), stream }: Reply,
  faults: readonly Rule[],
): Promise<void> {
  const cut = faults.find(({ kind }) => kind === "cut");
  const failing = faults.find(({ kind }) => kind === "fail");
  let left = cut === undefined ? Infinity : (cut.bytes ?? 0);
  if (faults.some(({ kind }) => kind === "hang")) return;
  if (left === 0) return void res.destroy();
  if (faults.some(({ kind }) => kind === "close")) res.shouldKeepAlive = false;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);

  const closed = new Promise<void>((resolve) => res.once("close", resolve));
  const write = async (bytes: Uint8Array): Promise<boolean> => {
    const part = bytes.length > left ? bytes.subarray(0, left) : bytes;
    left -= part.length;
    if (part.length > 0 && !res.write(part) && !res.destroyed)
      await Promise.race([new Promise<void>((resolve) => res.once("drain", resolve)), closed]);
    if (left > 0 || res.destroyed) return !res.destroyed;
    await flushed(res);
    return false;
  };

  if (stream === undefined) {
    res.setHeader("Content-Length", String(body.length));
    if (cut === undefined || body.length < left) return void res.end(body);
    await write(body);
    return;
  }
  const failAfter = failing === undefined ? Infinity : (failing.messages ?? 1);
  if (!(await writeMessages(stream, failAfter, write))) return flushed(res);
  // The end of the body travels by itself, as a server is free to send it.
  await sleep(faults.find(({ kind }) => kind === "linger")?.ms ?? 0);
  res.end();
}

/**
 * Writes a stream; its message number `failAfter`, from 0, is a failure instead.
 * @returns whether it was written whole.
 */
async function writeMessages(
  stream: NonNullable<Reply["stream"]>,
  failAfter: number,
  write: (bytes: Uint8Array) => Promise<boolean>,
): Promise<boolean> {
  let messages = 0;
  for await (const pieces of stream) {
    if (messages++ === failAfter) {
      await write(FAILED);
      return false;
    }
    for (const piece of pieces) if (!(await write(piece))) return false;
  }
  return true;
}

/** Closes the connection once what was written is on its way. */
async function flushed(res: ServerResponse): Promise<void> {
  const { socket } = res;
  if (socket === null || res.destroyed) return;
  res.flushHeaders();
  await new Promise<void>((resolve) => socket.write("", () => resolve()));
  res.destroy();
}
