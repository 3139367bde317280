import { stat } from "node:fs/promises";
import type { FileStat } from "../../backends/catalog.ts";
import type { Context } from "../context.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import type { FileCandidate } from "../../pipeline/scan/candidate.ts";
import {
  bucketAndKey,
  isObject,
  nameBelow,
  nameOf,
  objectLocation,
  type Location,
} from "../../location.ts";
import { quoteShellWord } from "../../shell-words.ts";

export interface Uploaded {
  readonly from: string;
  readonly location: Location;
  readonly outcome: "uploaded" | "present" | "would-upload";
  /**
   * As the object is now; media and captions of their own are registered, what lies beside media is
   * not.
   */
  readonly asset: ({ readonly id: Location } & FileStat) | undefined;
}

export type UploadFailure = (file: string, error: MediasearchError) => void;

interface UploadStep {
  readonly from: string;
  readonly location: Location;
  readonly isAsset: boolean;
}

/**
 * Uploads files with the captions beside them below `to`, in the order of the scan. One that fails
 * is told, and the others go on; a server that is away ends it.
 */
export async function upload(
  files: readonly FileCandidate[],
  roots: readonly Location[],
  to: Location,
  call: {
    readonly dryRun: boolean;
    readonly overwrite: boolean;
    readonly onFailure: UploadFailure;
  },
  context: Context,
): Promise<Uploaded[]> {
  if (!isObject(to))
    throw new MediasearchError("USAGE", `--to: must be an s3:// place, not ${to}`, {
      hint: "--to s3://BUCKET/FOLDER",
    });
  const { signal, tell } = context;
  const steps = files.flatMap((file) => stepsOf(file, roots, to));
  refuseTwins(steps);
  if (call.dryRun)
    return steps.map(({ from, location }) => ({
      from,
      location,
      outcome: "would-upload",
      asset: undefined,
    }));
  const objects = await context.openObjects();
  const done: Uploaded[] = [];
  try {
    for (const [i, { from, location, isAsset }] of steps.entries()) {
      const { bucket, key } = bucketAndKey(location);
      try {
        const { size } = await stat(from);
        const onProgress = (doneBytes: number): void =>
          tell({
            type: "uploading",
            file: from,
            number: i + 1,
            files: steps.length,
            doneBytes,
            totalBytes: size,
          });
        const outcome = await objects.upload(bucket, key, from, {
          overwrite: call.overwrite,
          signal,
          onProgress,
        });
        const now = isAsset ? await objects.bucket(bucket).stat(key, signal) : undefined;
        done.push({
          from,
          location,
          outcome,
          asset: now && { id: location, sizeBytes: now.sizeBytes, mtimeMs: now.mtimeMs },
        });
      } catch (error) {
        signal.throwIfAborted();
        const mine = toMediasearchError(error, from);
        if (mine.code === "UNREACHABLE" || mine.code === "CREDENTIALS") throw mine;
        call.onFailure(from, mine);
      }
    }
    return done;
  } finally {
    tell({ type: "idle" });
  }
}

/** Two files of one name would be one object. */
function refuseTwins(steps: readonly UploadStep[]): void {
  const sources = new Map<Location, string>();
  for (const { from, location } of steps) {
    const other = sources.get(location);
    if (other !== undefined && other !== from)
      throw new MediasearchError("USAGE", `${other} and ${from} would both become ${location}`, {
        subject: location,
        hint: "upload the folders one by one, each --to a folder of its own",
      });
    sources.set(location, from);
  }
}

/** Where a file and its captions go: below a folder as they lie in it, a file by its name. */
function stepsOf(file: FileCandidate, roots: readonly Location[], to: Location): UploadStep[] {
  if (isObject(file.path))
    throw new MediasearchError("USAGE", `${file.path}: is in an object store already`, {
      subject: file.path,
      hint: `mediasearch ingest ${quoteShellWord(file.path)}`,
    });
  const { bucket, key } = bucketAndKey(to);
  const folder = key === "" || key.endsWith("/") ? key : `${key}/`;
  const placeOf = (path: string): Location => {
    const ways = roots.flatMap((root) => nameBelow(path, root) ?? []);
    return objectLocation(bucket, folder + (ways[0] ?? nameOf(path)).replaceAll("\\", "/"));
  };
  return [
    { from: file.path, location: placeOf(file.path), isAsset: true },
    ...file.captionsBeside.map((path) => ({ from: path, location: placeOf(path), isAsset: false })),
  ];
}
