/**
 * Every way in which mediasearch fails, with the exit code that a shell sees. docs/errors.md is
 * generated from this table.
 * `failure` codes of one file do not stop a run; the others do.
 */
export const ERRORS = {
  BUG: { exit: 1, meaning: "a defect in mediasearch itself" },
  USAGE: { exit: 2, meaning: "the command line or a setting is wrong" },
  PARTIAL: { exit: 3, meaning: "some files failed; the others were done" },
  NO_STORE: { exit: 10, meaning: "there is no library yet at the given place" },
  STORE_BUSY: { exit: 11, meaning: "another process holds the library" },
  CREDENTIALS: { exit: 12, meaning: "credentials are missing or were refused" },
  SCHEMA_MISMATCH: { exit: 13, meaning: "the library was made by another version of mediasearch" },
  MODEL_MISMATCH: { exit: 13, meaning: "the library was made with another embedding model" },
  MISSING_MODEL: { exit: 14, meaning: "a model or tool is not on this machine" },
  MISSING_TOOL: { exit: 14, meaning: "a model or tool is not on this machine" },
  UNREADABLE_MEDIA: { exit: 15, meaning: "a file is not media, is damaged or can't be read" },
  IO_FAILED: { exit: 15, meaning: "a disk or network volume failed while a file was read" },
  WORKER_CRASHED: { exit: 15, meaning: "the process that worked on a file crashed" },
  TIMED_OUT: {
    exit: 15,
    meaning: "a file made no progress for too long, or a pattern of a query took too long",
  },
  ENGINE_FAILED: { exit: 15, meaning: "a recogniser failed on a file; it may pass" },
  ENGINE_REFUSED: { exit: 15, meaning: "a recogniser did not take a file" },
  OUT_OF_MEMORY: { exit: 15, meaning: "a file needed more memory than a worker may have" },
  UNREACHABLE: { exit: 16, meaning: "a server does not answer" },
  NOT_FOUND: { exit: 17, meaning: "a named file or object does not exist" },
  NO_SPACE: { exit: 18, meaning: "the disk is full or read-only" },
  OVER_LIMIT: {
    exit: 137,
    meaning: "ended by SIGKILL: it needed more memory or time for one step than it may",
  },
  INTERRUPTED: { exit: 130, meaning: "stopped by Ctrl-C" },
  TERMINATED: { exit: 143, meaning: "stopped by SIGTERM" },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** The command to run or the setting to change next. */
  readonly hint?: string | undefined;
  /** The file, setting, model or address that it failed on. */
  readonly subject?: string | undefined;
  /** What was typed, and the UTF-16 offset of the place in it that is wrong. */
  readonly excerpt?: { readonly text: string; readonly at: number } | undefined;
  readonly cause?: unknown;
}

/** The one error class: `message` says what failed on what, `hint` what to do next. */
export class MediasearchError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly subject: string | undefined;
  readonly excerpt: ErrorDetails["excerpt"];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "MediasearchError";
    this.code = code;
    this.hint = details.hint;
    this.subject = details.subject;
    this.excerpt = details.excerpt;
  }

  get exitCode(): number {
    return ERRORS[this.code].exit;
  }
}

const SYSTEM_CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ["NOT_FOUND", "does not exist"],
  ENOTDIR: ["NOT_FOUND", "does not exist"],
  ENAMETOOLONG: ["NOT_FOUND", "the name is longer than this system allows"],
  ERR_INVALID_ARG_VALUE: ["NOT_FOUND", "no file can have this name"],
  EACCES: ["UNREADABLE_MEDIA", "no permission to read it"],
  EPERM: ["UNREADABLE_MEDIA", "no permission to read it"],
  EISDIR: ["UNREADABLE_MEDIA", "is a folder"],
  ELOOP: ["UNREADABLE_MEDIA", "its symbolic links go in a circle"],
  EIO: ["IO_FAILED", "the disk failed to read it"],
  EBUSY: ["IO_FAILED", "it is in use"],
  EAGAIN: ["IO_FAILED", "it can't be read just now"],
  ETIMEDOUT: ["IO_FAILED", "its volume does not answer"],
  ESTALE: ["IO_FAILED", "its network volume has gone"],
  EMFILE: ["IO_FAILED", "too many open files"],
  ENOSPC: ["NO_SPACE", "no space left on the disk"],
  EDQUOT: ["NO_SPACE", "the disk quota is used up"],
  EROFS: ["NO_SPACE", "the disk is read-only"],
};

/** A line that is longer can't be read by anybody. */
const MAX_SHOWN_PATH = 1000;

/** Maps anything thrown to the one class; foreign errors that are not recognised are bugs. */
export function toMediasearchError(error: unknown, subject?: string): MediasearchError {
  if (error instanceof MediasearchError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const explained = SYSTEM_CODES[code];
  if (explained) {
    const path =
      subject ?? (error instanceof Error && "path" in error ? String(error.path) : "the file");
    const shown = path.length > MAX_SHOWN_PATH ? `${path.slice(0, MAX_SHOWN_PATH)}…` : path;
    return new MediasearchError(explained[0], `${shown}: ${explained[1]}`, {
      subject: shown,
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new MediasearchError("BUG", subject ? `${subject}: ${message}` : message, {
    subject,
    cause: error,
  });
}
