import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { runtimePaths, type Sight } from "../../file-cage.ts";
import { isWithin } from "../../location.ts";
import type { Request } from "./protocol.ts";

export interface CageOptions {
  /**
   * Whether a request for that file asks servers. All others are done by workers without any
   * network, where the system allows that.
   */
  readonly needsNetwork: (request: Request, path: string) => boolean;
  /**
   * What workers without a network may see of this machine's files besides the recordings and
   * captions that they are given; undefined for a request that needs more than can be told.
   */
  readonly sight?: ((request: Request) => Sight | undefined) | undefined;
}

/** What a worker is held to for as long as it lives. */
export interface Cage {
  readonly withoutNetwork: boolean;
  /** Undefined: it sees what the user sees. */
  readonly sight?: Sight | undefined;
}

/** Whether a worker in one cage can do what another was chosen for. */
export const fits = (has: Cage, wanted: Cage): boolean =>
  has.withoutNetwork === wanted.withoutNetwork && has.sight === wanted.sight;

/**
 * How often files outside the folders of a run, such as those that links lead to, may cost a new
 * worker that sees them. Those after that are read by workers that see what the user sees.
 */
const MAX_WIDENINGS = 8;
/** More are shown by their folder, such as the parts of a package of HLS. */
const MAX_SINGLE_FILES = 16;

export interface CageChooser {
  readonly choose: (request: Request, path: string) => Cage;
  /** From now on workers see what the user sees. */
  readonly showAll: () => void;
}

/** Whether files of a model can be seen: a link may lead out of its folder. */
export const seesModels = ({ sight }: Cage, files: Readonly<Record<string, string>>): boolean =>
  !sight ||
  Object.values(files).every((file) => isSeen(file, [...(sight.models ?? []), ...runtimePaths()]));

/**
 * Chooses what the worker for a request is held to: the folders of the run, and whatever the
 * request names outside them.
 */
export function createCageChooser({ needsNetwork, sight: sightFor }: CageOptions): CageChooser {
  let current: Sight | undefined;
  let widenings = 0;
  let isOpen = false;
  /** A worker goes on seeing a file or a folder whose place another one took. */
  let identities = "";
  const show = (sight: Sight): Sight => {
    identities = identitiesOf(sight.media);
    return sight;
  };
  const choose = (request: Request, path: string): Cage => {
    if (needsNetwork(request, path)) return { withoutNetwork: false };
    const given = isOpen ? undefined : sightFor?.(request);
    if (!given) return { withoutNetwork: true };
    current ??= show(given);
    const { media } = current;
    const outside = filesOf(request).filter((file) => !isSeen(file, media));
    if (outside.length > 0) {
      if (++widenings > MAX_WIDENINGS) return { withoutNetwork: true };
      // Where one has captions beside it others will have some, too.
      const isFew = widenings === 1 && outside.length <= MAX_SINGLE_FILES;
      const more = isFew ? outside : outside.map((file) => dirname(file));
      current = show({ ...current, media: [...new Set([...media, ...more])] });
    } else if (identitiesOf(media) !== identities) current = show({ ...current });
    return { withoutNetwork: true, sight: current };
  };
  return { choose, showAll: () => void (isOpen = true) };
}

function filesOf(request: Request): readonly string[] {
  if (!("task" in request)) return [];
  const { path, sidecar, ...lists } = request.task;
  const { parts = [], factsBeside = [], otherSidecars = [], foreignCaptions = [] } = lists;
  const captions = [...(sidecar === null ? [] : [sidecar]), ...otherSidecars, ...foreignCaptions];
  return [path, ...parts, ...factsBeside, ...captions];
}

/** A file that is not there is seen as such. */
function isSeen(file: string, media: readonly string[]): boolean {
  if (!media.some((folder) => isWithin(file, folder))) return false;
  const real = realPath(file);
  return real === null || media.some((folder) => isWithin(real, realPath(folder) ?? folder));
}

/** What the system calls each of them, and the volumes that are mounted on their way. */
function identitiesOf(paths: readonly string[]): string {
  const mounts = mountsOfThisMachine();
  return paths
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
      const volumes = mounts.filter(({ point }) => isWithin(path, point)).map(({ id }) => id);
      return `${stat?.dev}:${stat?.ino}:${volumes.join(",")}`;
    })
    .join(" ");
}

/** By numbers that no other mount has (proc_pid_mountinfo(5)), but for those with odd names. */
function mountsOfThisMachine(): readonly { readonly id: string; readonly point: string }[] {
  try {
    const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    return lines.flatMap((line) => {
      const [id, , , , point] = line.split(" ");
      return id === undefined || point === undefined ? [] : [{ id, point }];
    });
  } catch {
    return [];
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}
