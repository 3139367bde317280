import { api, ApiError, messageOf } from "./api.ts";
import { createStore } from "./store.ts";

/** A file of this computer on its way to the server. */
export interface Sending {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly state: "waiting" | "sending" | "sent" | "failed" | "stopped";
  readonly message: string;
}

/** Small enough to show progress, and to lose little when a connection breaks off. */
const PART_BYTES = 4_000_000;
const MAX_TRIES = 5;
const WAIT_MS = 1000;

export const sendings = createStore<readonly Sending[]>([]);

let ids = 0;
let queue = Promise.resolve();
const stopped = new Set<number>();

const update = (id: number, changes: Partial<Sending>): void =>
  sendings.set(sendings.get().map((one) => (one.id === id ? { ...one, ...changes } : one)));

/** Sends files one after the other, also while other views are shown. */
export function sendFiles(files: Iterable<File>): void {
  for (const file of files) {
    const id = ++ids;
    sendings.set([
      ...sendings.get(),
      { id, name: file.name, sizeBytes: file.size, sentBytes: 0, state: "waiting", message: "" },
    ]);
    queue = queue.then(() => sendFile(id, file));
  }
}

export function stopSending(id: number): void {
  stopped.add(id);
  update(id, { state: "stopped" });
}

/** Forgets what is done or given up. */
export const clearSent = (): void =>
  sendings.set(sendings.get().filter(({ state }) => state === "waiting" || state === "sending"));

async function sendFile(id: number, file: File): Promise<void> {
  if (stopped.has(id)) return;
  update(id, { state: "sending" });
  try {
    const body = { name: file.name, sizeBytes: file.size };
    const upload = await api.createUpload({ body });
    const isWhole = await sendParts(id, file, upload.id);
    if (isWhole) update(id, { state: "sent", sentBytes: file.size });
    else await api.deleteUpload({ id: upload.id });
  } catch (error) {
    update(id, { state: "failed", message: messageOf(error) });
  }
}

/** @returns false when it was stopped. @throws ApiError, TypeError after several tries. */
async function sendParts(id: number, file: File, upload: string): Promise<boolean> {
  let [offset, tries] = [0, 0];
  while (offset < file.size) {
    if (stopped.has(id)) return false;
    try {
      await sendPart(upload, offset, file.slice(offset, offset + PART_BYTES));
      offset = Math.min(file.size, offset + PART_BYTES);
      tries = 0;
    } catch (error) {
      if (++tries >= MAX_TRIES || (error instanceof ApiError && error.problem.status < 500))
        throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * tries));
      // A part may have arrived although its answer did not.
      ({ offset } = await api.readUpload({ id: upload }).catch(() => ({ offset })));
    }
    update(id, { sentBytes: offset });
  }
  return true;
}

const sendPart = (upload: string, offset: number, part: Blob): Promise<unknown> =>
  api.appendUpload(
    { id: upload, bytes: part },
    {
      headers: { "Content-Type": "application/octet-stream", "Upload-Offset": String(offset) },
    },
  );
