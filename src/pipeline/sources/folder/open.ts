import { readFile, stat } from "node:fs/promises";
import { toMediasearchError } from "../../../errors.ts";
import { noFileError } from "../../../hash-file.ts";
import { joinFiles } from "../../../media/joined.ts";
import { packageAt } from "../../../media/packages/folder-package.ts";
import { readHead } from "../../../media/sniff.ts";
import type { MediaSource } from "../media-source.ts";
import { findDeletedFiles } from "./find-deleted.ts";
import { listFolder } from "./list.ts";
import { sortChangedFiles } from "./sort-changes.ts";
import { statFile } from "./stat.ts";
import { watchFolderRoots } from "./watch.ts";

export interface FolderSourceOptions {
  readonly stableMs?: number | undefined;
}

const failWith =
  (path: string) =>
  (error: unknown): never => {
    throw toMediasearchError(error, path);
  };

/** Files of this machine, by their absolute paths. The system tells what changes. */
export function openFolderSource({ stableMs }: FolderSourceOptions): MediaSource {
  return {
    list: listFolder,
    isCollection: (root) =>
      stat(root).then(
        (stats) => stats.isDirectory(),
        () => false,
      ),
    stat: statFile,
    head: (path, maxBytes) => readHead(path, maxBytes).catch(failWith(path)),
    // FFmpeg reads a file by its path, and a package by the files that its manifest lists.
    async open(path) {
      const found = await packageAt(path);
      return found ? joinFiles(found.parts, path) : path;
    },
    async read(path, maxBytes, signal) {
      const about = await stat(path).catch(failWith(path));
      if (!about.isFile()) throw noFileError(path);
      if (about.size > maxBytes) return undefined;
      return readFile(path, { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        return failWith(path)(error);
      });
    },
    watch: async (roots, options) => watchFolderRoots(roots, { ...options, stableMs }),
    sortChanges: (changed, roots, store) => sortChangedFiles(changed, roots, store),
    findDeleted: findDeletedFiles,
  };
}
