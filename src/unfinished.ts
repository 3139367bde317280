import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { hasProcess, processSpace } from "./process-mark.ts";

/** Loaded where they are needed: on the way of every search they would cost milliseconds. */
const crypto = () => process.getBuiltinModule("node:crypto");
const files = () => process.getBuiltinModule("node:fs/promises");

/**
 * Everything that is not complete yet is written under names that nobody can guess, beside where
 * it belongs, and moved into place when the disk has it. A name that is taken is never opened and a
 * link is never followed (O_EXCL): in a folder that others may write to, they could have put either
 * there.
 */
const NAME = /^\.unfinished-(\d+)-([0-9a-f]{8})-[0-9a-f]{16}$/;

/** A new name in `folder` for something that is not complete yet. */
export const unfinishedPath = (folder: string): string =>
  join(
    folder,
    `.unfinished-${process.pid}-${spaceDigest()}-${crypto().randomBytes(8).toString("hex")}`,
  );

/**
 * Tells whether the number of a process in a name means a process of this machine and container.
 */
const spaceDigest = (): string =>
  crypto()
    .createHash("sha256")
    .update(processSpace() ?? "")
    .digest("hex")
    .slice(0, 8);

/** How long what was begun elsewhere may lie without a change before it counts as given up. */
const GIVEN_UP_MS = 86_400_000;

/**
 * Removes what processes that were killed had begun in `folder`. What a process of another machine
 * or container began, which can't be looked at from here, stays for a day.
 */
export async function sweepUnfinished(folder: string): Promise<void> {
  const names = await files()
    .readdir(folder)
    .catch(() => []);
  for (const name of names) {
    const [, pid, space] = NAME.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, name);
    const isGone = space === spaceDigest() && !hasProcess(Number(pid));
    if (!(await isOwn(path))) continue;
    // Whoever made it may have finished or removed it by now.
    if (isGone || (await ageMs(path)) > GIVEN_UP_MS)
      await files()
        .rm(path, { recursive: true, force: true })
        .catch(() => {});
  }
}

/** What others made is theirs, and what it holds could change while it is removed. */
const isOwn = async (path: string): Promise<boolean> =>
  files()
    .lstat(path)
    .then(
      ({ uid }) => process.geteuid === undefined || uid === process.geteuid(),
      () => false,
    );

/** Since the last change of a file, or of a folder and what is in it. */
async function ageMs(path: string): Promise<number> {
  try {
    const about = await files().lstat(path);
    const inside = about.isDirectory()
      ? (await files().readdir(path)).map((name) => join(path, name))
      : [];
    const times = await Promise.all(inside.map(async (one) => (await files().lstat(one)).mtimeMs));
    return Date.now() - Math.max(about.mtimeMs, ...times);
  } catch {
    return 0;
  }
}

/** Content as a whole, or piece by piece. */
export type Content = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /** Permissions of the new file, without those that the umask takes away. */
  readonly mode?: number;
  /** false: whatever is there already stays. */
  readonly replace?: boolean;
}

/**
 * Writes a file whole or not at all, also when the power fails. A link that is there is replaced,
 * never followed. Rejects with the system's error.
 * @returns false when something is there that stays
 */
export async function writeWhole(
  path: string,
  content: Content,
  { mode = 0o666, replace = true }: WriteOptions = {},
): Promise<boolean> {
  const temporary = unfinishedPath(dirname(path));
  const file = await files().open(temporary, "wx", mode);
  try {
    await file.writeFile(content);
    await file.sync();
    await file.close();
    return await moveIntoPlace(temporary, path, replace);
  } finally {
    await file.close().catch(() => {});
    await files().rm(temporary, { force: true });
  }
}

/** The same at once, for a small file that takes the place of another. */
export function writeWholeSync(path: string, content: string, mode: number): void {
  const temporary = unfinishedPath(dirname(path));
  const file = openSync(temporary, "wx", mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
    renameSync(temporary, path);
  } finally {
    closeSync(file);
    rmSync(temporary, { force: true });
  }
}

/**
 * Gives a finished file its name. Without `replace` whatever is there stays, also what appeared
 * just now: a hard link fails where a rename would replace it.
 * @returns false when something is there that stays
 */
export async function moveIntoPlace(from: string, to: string, replace: boolean): Promise<boolean> {
  if (replace) await files().rename(from, to);
  else
    try {
      await files().link(from, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      // Some volumes know no hard links.
      const isTaken = await files()
        .lstat(to)
        .then(
          () => true,
          () => false,
        );
      if (isTaken) return false;
      await files().rename(from, to);
    }
  await syncFolder(dirname(to));
  return true;
}

/** Some systems and volumes can't: a new name is then on the disk a little later. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await files().open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // Whatever is there is there as a whole.
  }
}

/**
 * Gives `act` a folder in `parent` that only this user enters, and removes it afterwards, with what
 * killed processes left in `parent`.
 */
export async function withUnfinishedFolder<T>(
  parent: string,
  act: (folder: string) => Promise<T>,
): Promise<T> {
  await sweepUnfinished(parent);
  const folder = unfinishedPath(parent);
  // Not recursive: a folder that is there already is not ours.
  await files().mkdir(folder, { mode: 0o700 });
  try {
    return await act(folder);
  } finally {
    await files().rm(folder, { recursive: true, force: true });
  }
}

/** The same for work that can't wait. */
export function withUnfinishedFolderSync<T>(parent: string, act: (folder: string) => T): T {
  const folder = unfinishedPath(parent);
  mkdirSync(folder, { mode: 0o700 });
  try {
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
