import type { Identity } from "../app/access/identity.ts";
import { isRemote } from "../location.ts";
import { sightOf } from "./authenticate.ts";
import type { Services } from "./route.ts";

/** What is fetched of an object store or a link to play, to draw or to cut it. */
export const MOST_BYTES = 2_000_000_000;
/** A page of results shows many pictures: none is worth fetching a film. */
export const MOST_BYTES_FOR_STILL = 64_000_000;

/** A recording as a file of this machine. */
export interface FileHere {
  readonly path: string;
  readonly durationMs: number | null;
}

/**
 * Waveforms, pictures, pieces and clips are made of files: what is in an object store or behind a
 * link is copied to this machine first, and is there until `act` has ended.
 * @throws UNREADABLE_MEDIA for one that is too large to be fetched.
 */
export async function withFileHere<T>(
  { fileId, identity, mostBytes = MOST_BYTES }: FileWanted,
  { reads, remoteCopies }: Pick<Services, "reads" | "remoteCopies">,
  act: (file: FileHere) => Promise<T>,
): Promise<T> {
  const { location, durationMs, ...stamp } = await reads.run("locate", sightOf(identity), {
    fileId,
  });
  if (!isRemote(location)) return act({ path: location, durationMs });
  return remoteCopies.use({ location, ...stamp }, mostBytes, (path) => act({ path, durationMs }));
}

interface FileWanted {
  readonly fileId: string;
  readonly identity: Identity;
  readonly mostBytes?: number;
}
