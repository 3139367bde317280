import { type ErrorCode, MediasearchError, toMediasearchError } from "../../errors.ts";

const SQLITE_ERRORS: readonly (readonly [
  prefix: string,
  code: ErrorCode,
  what: string,
  hint: string,
])[] = [
  [
    "SQLITE_BUSY",
    "STORE_BUSY",
    "another process is writing to the library",
    "wait until it is done, or use another library with --store",
  ],
  [
    "SQLITE_LOCKED",
    "STORE_BUSY",
    "another process is writing to the library",
    "wait until it is done, or use another library with --store",
  ],
  [
    "SQLITE_FULL",
    "NO_SPACE",
    "no space left on the disk",
    "free some space, or move the library and give its path with --store",
  ],
  [
    "SQLITE_READONLY",
    "NO_SPACE",
    "the library can't be written",
    "give the right to write, or another path with --store",
  ],
  [
    "SQLITE_CANTOPEN",
    "NO_SPACE",
    "the library can't be opened",
    "check the rights of the file and its folder, or give another path with --store",
  ],
  ["SQLITE_IOERR", "NO_SPACE", "the disk failed", "mediasearch doctor"],
  [
    "SQLITE_CORRUPT",
    "SCHEMA_MISMATCH",
    "the library is damaged, or the disk can't read it",
    "restore a copy, or move it away and index again",
  ],
  [
    "EACCES",
    "NO_SPACE",
    "no permission to use the library",
    "give the right to write, or another path with --store",
  ],
  [
    "EPERM",
    "NO_SPACE",
    "no permission to use the library",
    "give the right to write, or another path with --store",
  ],
  ["EISDIR", "USAGE", "a folder, not a library", "give the path of a file with --store"],
  ["ENOTDIR", "USAGE", "a part of this path is a file", "give another path with --store"],
  ["EEXIST", "USAGE", "a part of this path is a file", "give another path with --store"],
  [
    "SQLITE_NOTADB",
    "SCHEMA_MISMATCH",
    "not a library of mediasearch",
    "give another path with --store",
  ],
];

/** SQLite's result codes (https://www.sqlite.org/rescode.html) and the file system's, as ours. */
export function toStoreError(error: unknown, path: string): MediasearchError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known = SQLITE_ERRORS.find(([prefix]) => code.startsWith(prefix));
  if (!known) return toMediasearchError(error, path);
  const [, ours, what, hint] = known;
  return new MediasearchError(ours, `${path}: ${what}`, { subject: path, hint, cause: error });
}
