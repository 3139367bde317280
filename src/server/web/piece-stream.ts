/** Length of a piece, as the server makes them. Seconds. */
const PIECE_S = 10;
/** Pieces that are fetched before they are played. */
const AHEAD = 2;
/** What has been played and may be dropped when the browser has no room. Seconds. */
const KEPT_S = 30;

export interface PieceStream {
  close(): void;
}

interface StreamOptions {
  readonly media: HTMLMediaElement;
  /** An address with {piece} in it. */
  readonly template: string;
  readonly durationMs: number;
  readonly startSeconds: number;
  readonly onFailure: () => void;
}

/**
 * Plays a recording that the browser can't play itself, from pieces that the server makes as they
 * are needed (Media Source Extensions). A seek fetches the piece at the new time.
 */
export function playPieces(options: StreamOptions): PieceStream {
  const { media, template, durationMs, startSeconds, onFailure } = options;
  const stop = new AbortController();
  const source = new MediaSource();
  const url = URL.createObjectURL(source);
  const close = (): void => {
    stop.abort();
    URL.revokeObjectURL(url);
  };
  const fetchPiece = async (piece: number): Promise<ArrayBuffer> => {
    const address = template.replace("{piece}", String(piece));
    const response = await fetch(address, { signal: stop.signal });
    if (!response.ok) throw new Error(`piece ${piece}: ${response.status}`);
    return response.arrayBuffer();
  };
  media.src = url;
  source.addEventListener(
    "sourceopen",
    () => {
      fill(source, media, { fetchPiece, durationMs, startSeconds, signal: stop.signal }).catch(
        () => {
          if (!stop.signal.aborted) onFailure();
        },
      );
    },
    { once: true },
  );
  return { close };
}

interface FillOptions {
  readonly fetchPiece: (piece: number) => Promise<ArrayBuffer>;
  readonly durationMs: number;
  readonly startSeconds: number;
  readonly signal: AbortSignal;
}

/** Keeps what is played next in the buffer, until the signal aborts. */
async function fill(
  source: MediaSource,
  media: HTMLMediaElement,
  { fetchPiece, durationMs, startSeconds, signal }: FillOptions,
): Promise<void> {
  const pieces = Math.ceil(durationMs / 1000 / PIECE_S);
  const pieceAt = (seconds: number): number =>
    Math.min(pieces - 1, Math.max(0, Math.floor(seconds / PIECE_S)));
  const first = await fetchPiece(pieceAt(startSeconds));
  const buffer = source.addSourceBuffer(contentTypeOf(first));
  source.duration = durationMs / 1000;
  const there = new Set<number>();
  const append = async (piece: number, bytes: ArrayBuffer): Promise<void> => {
    await makeRoom(buffer, media, there);
    buffer.timestampOffset = piece * PIECE_S;
    buffer.appendBuffer(bytes);
    await settled(buffer);
    there.add(piece);
  };
  await append(pieceAt(startSeconds), first);
  media.currentTime = startSeconds;
  while (!signal.aborted) {
    const now = pieceAt(media.currentTime);
    const missing = Array.from({ length: AHEAD + 1 }, (_, i) => now + i).find(
      (piece) => piece < pieces && !there.has(piece),
    );
    if (missing !== undefined) await append(missing, await fetchPiece(missing));
    else {
      // Otherwise the player waits at the end for what never comes.
      if (there.has(pieces - 1) && source.readyState === "open") source.endOfStream();
      await moved(media, signal);
    }
  }
}

/** Drops what was played a while ago, and what a seek has left far behind or ahead. */
async function makeRoom(
  buffer: SourceBuffer,
  media: HTMLMediaElement,
  there: Set<number>,
): Promise<void> {
  const now = media.currentTime;
  for (const piece of there) {
    const start = piece * PIECE_S;
    if (start > now - KEPT_S && start < now + KEPT_S * 2) continue;
    there.delete(piece);
    buffer.remove(start, start + PIECE_S);
    await settled(buffer);
  }
}

const settled = (buffer: SourceBuffer): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!buffer.updating) return resolve();
    buffer.addEventListener("updateend", () => resolve(), { once: true });
    buffer.addEventListener("error", () => reject(new Error("the piece can't be played")), {
      once: true,
    });
  });

/** Resolves when the time has changed. */
const moved = (media: HTMLMediaElement, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      for (const name of ["timeupdate", "seeking"]) media.removeEventListener(name, done);
      resolve();
    };
    for (const name of ["timeupdate", "seeking"]) media.addEventListener(name, done);
    signal.addEventListener("abort", done, { once: true });
  });

/** What is in a piece, by the boxes of its head: `avcC` holds the profile of the picture. */
function contentTypeOf(bytes: ArrayBuffer): string {
  const head = new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 4096));
  const text = String.fromCharCode(...head);
  const avc = text.indexOf("avcC");
  const profile = [...head.subarray(avc + 5, avc + 8)].map((byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  const codecs = [
    ...(avc < 0 ? [] : [`avc1.${profile.join("")}`]),
    ...(text.includes("mp4a") ? ["mp4a.40.2"] : []),
  ];
  return `${avc < 0 ? "audio" : "video"}/mp4; codecs="${codecs.join(",")}"`;
}
