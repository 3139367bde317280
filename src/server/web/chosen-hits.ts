import type { Hit } from "./api.ts";
import { createStore } from "./store.ts";

/** A part of a recording that somebody wants to have. */
export type Piece = Pick<Hit, "fileId" | "file" | "kind" | "startMs" | "endMs">;

/** The hits that are ticked, in the order in which they were. They stay while one searches on. */
export const chosenHits = createStore<readonly Piece[]>([]);

const isSame = (a: Piece, b: Piece): boolean => a.fileId === b.fileId && a.startMs === b.startMs;

export const isChosen = (pieces: readonly Piece[], piece: Piece): boolean =>
  pieces.some((other) => isSame(other, piece));

export function choose({ fileId, file, kind, startMs, endMs }: Piece, isWanted: boolean): void {
  const piece = { fileId, file, kind, startMs, endMs };
  const others = chosenHits.get().filter((other) => !isSame(other, piece));
  chosenHits.set(isWanted ? [...others, piece] : others);
}
