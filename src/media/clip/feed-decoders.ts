import type { Packet, Stream } from "node-av/lib";
import { type AvModule, type OpenedInput, toMs } from "../ffmpeg.ts";
import type { Decoding } from "./decoding.ts";

/** Progress is reported, and other work gets its turn, this often. */
const RENDER_TURN_MS = 50;

/** One file, and what is decoded of it. */
export interface Reader {
  readonly readPacket: OpenedInput["readPacket"];
  readonly decoders: ReadonlyMap<number, { readonly stream: Stream; readonly decoding: Decoding }>;
}

/**
 * Feeds packets to the decoders, by their streams, until all have enough or the files end. Of two
 * files the one is read on that is behind, so that nothing has to wait in memory for the other.
 */
export async function decodeAll(
  av: AvModule,
  readers: readonly Reader[],
  { afterPacket, onTurn }: { readonly afterPacket: () => void; readonly onTurn: () => void },
): Promise<void> {
  const packet = new av.Packet();
  packet.alloc();
  const reachedMs = new Map(readers.map((reader) => [reader, -Infinity]));
  try {
    let turnMs = performance.now();
    for (let reader = nextReader(reachedMs); reader; reader = nextReader(reachedMs)) {
      const answer = reader.readPacket(packet);
      const code = typeof answer === "number" ? answer : await answer;
      if (code < 0) reachedMs.delete(reader);
      else {
        reachedMs.set(reader, feed(reader, packet) ?? reachedMs.get(reader) ?? 0);
        packet.unref();
        afterPacket();
      }
      if (performance.now() - turnMs > RENDER_TURN_MS) {
        onTurn();
        await new Promise(setImmediate);
        turnMs = performance.now();
      }
    }
    for (const { decoding } of readers.flatMap(({ decoders }) => [...decoders.values()]))
      if (!decoding.isFull()) decoding.feed(null);
  } finally {
    packet.free();
  }
}

/** @returns the packet's time in milliseconds; undefined for one that nobody wants. */
function feed({ decoders }: Reader, packet: Packet): number | undefined {
  const target = decoders.get(packet.streamIndex);
  if (!target) return undefined;
  target.decoding.feed(packet);
  return toMs(packet.dts, target.stream.timeBase) ?? undefined;
}

/** The one that is furthest behind of those that have not ended and are not done. */
function nextReader(reachedMs: ReadonlyMap<Reader, number>): Reader | undefined {
  let next: Reader | undefined;
  for (const [reader, ms] of reachedMs) {
    const isDone = [...reader.decoders.values()].every(({ decoding }) => decoding.isFull());
    if (!isDone && (!next || ms < (reachedMs.get(next) ?? 0))) next = reader;
  }
  return next;
}
