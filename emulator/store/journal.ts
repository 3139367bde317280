import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** A request that changed something, as it is done again when the emulator starts. */
export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A transaction that was committed: its requests in order, and the first row id of each insert. */
export interface Entry {
  readonly requests: readonly Recorded[];
  readonly ids: readonly number[];
}

/**
 * Committed transactions in a file: on disk before a commit is answered, so a killed emulator loses
 * none.
 */
export interface Journal {
  readonly entries: readonly Entry[];
  append(entry: Entry): void;
  close(): void;
}

interface Head {
  readonly ids: readonly number[];
  readonly requests: readonly (Omit<Recorded, "body"> & { readonly size: number })[];
}

export function openJournal(folder: string): Journal {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "journal");
  const file = openSync(path, "a+");
  const { entries, end } = readEntries(readFileSync(path));
  // An entry that was being written when the emulator was killed was never answered for.
  ftruncateSync(file, end);
  return {
    entries,
    append({ requests, ids }) {
      const head: Head = {
        ids,
        requests: requests.map(({ body, ...request }) => ({ ...request, size: body.length })),
      };
      const json = Buffer.from(JSON.stringify(head));
      const bodies = requests.map(({ body }) => body);
      const lengths = Buffer.alloc(8);
      lengths.writeUInt32LE(json.length, 0);
      lengths.writeUInt32LE(
        bodies.reduce((sum, body) => sum + body.length, 0),
        4,
      );
      const all = Buffer.concat([lengths, json, ...bodies]);
      for (let written = 0; written < all.length;) written += writeSync(file, all, written);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

function readEntries(bytes: Buffer): { readonly entries: readonly Entry[]; readonly end: number } {
  const entries: Entry[] = [];
  let end = 0;
  while (end + 8 <= bytes.length) {
    const jsonEnd = end + 8 + bytes.readUInt32LE(end);
    const bodiesEnd = jsonEnd + bytes.readUInt32LE(end + 4);
    if (bodiesEnd > bytes.length) break;
    const head = JSON.parse(bytes.toString("utf8", end + 8, jsonEnd)) as Head;
    let at = jsonEnd;
    entries.push({
      ids: head.ids,
      requests: head.requests.map(({ size, ...request }) => ({
        ...request,
        body: bytes.subarray(at, (at += size)),
      })),
    });
    end = bodiesEnd;
  }
  return { entries, end };
}
