import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * What a disk holds after the power was cut: of the changes that shim.c recorded, those that were
 * synced are there, and of the others what a policy says.
 */

export type ChangeKind =
  | "write"
  | "truncate"
  | "create"
  | "sync"
  | "rename"
  | "link"
  | "unlink"
  | "mkdir"
  | "rmdir";

export interface Change {
  readonly kind: ChangeKind;
  readonly path: string;
  /** The second path of `rename` and `link`. */
  readonly other: string;
  /** The place of a `write`, the new size of `truncate`. Bytes. */
  readonly offset: number;
  readonly data: Buffer;
}

const KINDS: Readonly<Record<string, ChangeKind>> = {
  W: "write",
  T: "truncate",
  C: "create",
  S: "sync",
  R: "rename",
  L: "link",
  U: "unlink",
  M: "mkdir",
  D: "rmdir",
};

export function parseChanges(log: Buffer): Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < log.length;) {
    const end = log.indexOf(10, at);
    const head = log.toString("utf8", at, end);
    const [, letter = "", offset, length, path = "", other = ""] =
      /^(\w) (\d+) (\d+) (.*)\t(.*)$/.exec(head) ?? [];
    const kind = KINDS[letter];
    if (!kind) throw new Error(`the log of changes is damaged at ${at}: ${head.slice(0, 80)}`);
    at = end + 1 + Number(length);
    changes.push({ kind, path, other, offset: Number(offset), data: log.subarray(end + 1, at) });
  }
  return changes;
}

/**
 * - synced: nothing but what was synced, of contents and of names
 * - names: contents as synced, names as they were changed (files may be empty)
 * - some: of what was not synced, writes by chance, one of them cut at a sector, and first names
 */
export const POLICIES = ["synced", "names", "some"] as const;
export type Policy = (typeof POLICIES)[number];

const FOLDER = "folder";
interface File {
  synced: Buffer;
  /** Changes since the last sync. */
  pending: Change[];
}
type Names = Map<string, File | typeof FOLDER>;

/** Files by path, as they were before the first change. */
export type Tree = ReadonlyMap<string, Buffer | "folder">;

const SECTOR_BYTES = 512;

function applyContent(content: Buffer, { kind, offset, data }: Change): Buffer {
  if (kind === "truncate") {
    const cut = Buffer.alloc(offset);
    content.copy(cut, 0, 0, offset);
    return cut;
  }
  const size = Math.max(content.length, offset + data.length);
  const grown = size > content.length ? Buffer.concat([content], size) : Buffer.from(content);
  data.copy(grown, offset);
  return grown;
}

function applyName(names: Names, { kind, path, other }: Change, made: File | undefined): void {
  const file = names.get(path);
  if (kind === "create" && made) names.set(path, made);
  else if (kind === "mkdir") names.set(path, FOLDER);
  else if (kind === "unlink" || kind === "rmdir") names.delete(path);
  else if (kind === "link" && file) names.set(other, file);
  else if (kind === "rename") {
    for (const [one, value] of names.entries().toArray())
      if (one === path || one.startsWith(`${path}/`)) {
        names.delete(one);
        names.set(other + one.slice(path.length), value);
      }
  }
}

interface NameChange {
  readonly change: Change;
  readonly made: File | undefined;
}

/** A disk: what the program sees, and what is on it for good. */
function createDisk(before: Tree) {
  const start = (): Names => new Map();
  const [live, synced] = [start(), start()];
  let waiting: NameChange[] = [];
  for (const [path, content] of before) {
    const file: File | typeof FOLDER =
      content === "folder" ? FOLDER : { synced: content, pending: [] };
    live.set(path, file);
    synced.set(path, file);
  }
  const syncPath = (path: string): void => {
    const file = live.get(path);
    if (file && file !== FOLDER) {
      file.synced = file.pending.reduce(applyContent, file.synced);
      file.pending = [];
      return;
    }
    const isIn = ({ change }: NameChange): boolean =>
      dirname(change.path) === path || dirname(change.other) === path;
    for (const { change, made } of waiting.filter(isIn)) applyName(synced, change, made);
    waiting = waiting.filter((one) => !isIn(one));
  };
  const apply = (change: Change): void => {
    const { kind, path } = change;
    if (kind === "sync") return syncPath(path);
    if (kind === "write" || kind === "truncate") {
      const file = live.get(path);
      // A file that has no name any more is nobody's.
      if (file && file !== FOLDER) file.pending.push(change);
      return;
    }
    const made = kind === "create" ? { synced: Buffer.alloc(0), pending: [] } : undefined;
    applyName(live, change, made);
    waiting.push({ change, made });
  };
  return { live, synced, waiting: () => waiting, apply };
}

/** A write that the power cut, at a sector. */
const torn = (change: Change, random: () => number): Change => ({
  ...change,
  data: change.data.subarray(
    0,
    Math.floor((random() * change.data.length) / SECTOR_BYTES) * SECTOR_BYTES,
  ),
});

/**
 * Lays `folder` out as a disk would have it after the first `count` changes and a power cut. The
 * paths of the changes lie beneath it. SQLite's shared memory, which no disk has to keep, is left
 * out.
 */
export function cutPower(
  folder: string,
  before: Tree,
  changes: readonly Change[],
  { count, policy, random }: { count: number; policy: Policy; random: () => number },
): void {
  const disk = createDisk(before);
  for (const change of changes.slice(0, count)) disk.apply(change);
  const names = policy === "names" ? disk.live : disk.synced;
  if (policy === "some") {
    const waiting = disk.waiting();
    const kept = Math.floor(random() * (waiting.length + 1));
    for (const { change, made } of waiting.slice(0, kept)) applyName(names, change, made);
  }
  const contentOf = ({ synced, pending }: File): Buffer => {
    if (policy !== "some") return synced;
    const last = Math.floor(random() * pending.length);
    return pending
      .filter(() => random() < 0.5)
      .map((change, i) => (i === last && change.kind === "write" ? torn(change, random) : change))
      .reduce(applyContent, synced);
  };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const written = new Map<File, string>();
  for (const [path, file] of [...names].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (path.endsWith("-shm") || !hasParents(path, folder, names)) continue;
    const first = file === FOLDER ? undefined : written.get(file);
    if (file === FOLDER) mkdirSync(path, { recursive: true, mode: 0o700 });
    else if (first !== undefined) linkSync(first, path);
    else {
      writeFileSync(path, contentOf(file), { mode: 0o600 });
      written.set(file, path);
    }
  }
}

/** A file whose folder is not on the disk is not there either. */
function hasParents(path: string, folder: string, names: Names): boolean {
  for (let parent = dirname(path); parent.length > folder.length; parent = dirname(parent))
    if (names.get(parent) !== FOLDER) return false;
  return path !== folder;
}

/** What the program had said in `marks` by then. */
export const saidBy = (changes: readonly Change[], count: number, marks: string): string =>
  changes
    .slice(0, count)
    .filter(({ kind, path }) => kind === "write" && path === marks)
    .map(({ data }) => data.toString("utf8"))
    .join("");
