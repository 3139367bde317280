import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { basename, extname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { isManifest } from "../media/packages/folder-package.ts";
import { mediaKind } from "./file-names.ts";
import { HttpError, usageError } from "./problem.ts";

/** A file on its way in. What has arrived outlives a restart. */
export interface Upload {
  readonly id: string;
  /** As it will be named; folders and signs of the client's name are gone. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly expiresAtMs: number;
}

export interface Uploads {
  /** @throws USAGE for a name that is none of a recording or captions. */
  create(name: string, sizeBytes: number): Promise<Upload>;
  /** @throws NOT_FOUND */
  get(id: string): Promise<Upload>;
  /**
   * Adds bytes at the end. @returns the path of the file once it is whole.
   * @throws HttpError 409 for another offset or a second sender, 413 for more than was announced.
   */
  append(
    id: string,
    offset: number,
    body: ReadableStream<Uint8Array> | null,
  ): Promise<{ readonly upload: Upload; readonly path: string | undefined }>;
  remove(id: string): Promise<void>;
}

const KEPT_MS = 86_400_000;
const MAX_UNFINISHED = 100;
/** Hidden, so that no scan takes it for a recording. */
const PREFIX = ".upload-";

/** Uploads into a folder that the operator named; where they go is never the client's to say. */
export function createUploads(folder: string): Uploads {
  const busy = new Set<string>();
  const partOf = (id: string): string => join(folder, `${PREFIX}${id}.part`);
  const factsOf = (id: string): string => join(folder, `${PREFIX}${id}.json`);

  async function get(id: string): Promise<Upload> {
    if (!/^[\w-]{16}$/.test(id)) throw noUploadError(id);
    try {
      const facts = JSON.parse(await readFile(factsOf(id), "utf8")) as Omit<Upload, "offset">;
      return { ...facts, offset: (await stat(partOf(id))).size };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw noUploadError(id);
      throw toMediasearchError(error, id);
    }
  }

  async function remove(id: string): Promise<void> {
    await Promise.all([rm(partOf(id), { force: true }), rm(factsOf(id), { force: true })]);
  }

  /** Gives up what nobody went on with. @returns how many are left. */
  async function forgetOld(): Promise<number> {
    const names = (await readdir(folder)).filter((name) => name.startsWith(PREFIX));
    const ids = new Set(names.map((name) => name.slice(PREFIX.length).replace(/\.\w+$/, "")));
    let left = 0;
    for (const id of ids) {
      const upload = await get(id).catch(() => undefined);
      if (upload && upload.expiresAtMs > Date.now()) left++;
      else await remove(id);
    }
    return left;
  }

  return {
    get,
    remove,
    async create(name, sizeBytes) {
      const clean = cleanName(name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await forgetOld()) >= MAX_UNFINISHED)
        throw new HttpError(503, "OVERLOADED", "too many uploads are unfinished", {
          headers: { "Retry-After": "300" },
        });
      const id = randomBytes(12).toString("base64url");
      const facts = { id, name: clean, sizeBytes, expiresAtMs: Date.now() + KEPT_MS };
      await writeFile(partOf(id), "", { mode: 0o600, flag: "wx" });
      await writeFile(factsOf(id), JSON.stringify(facts), { mode: 0o600, flag: "wx" });
      return { ...facts, offset: 0 };
    },
    async append(id, offset, body) {
      const upload = await get(id);
      if (busy.has(id) || offset !== upload.offset)
        throw new HttpError(409, "STORE_BUSY", `the upload is at byte ${upload.offset}`, {
          hint: "GET the upload and go on where it is",
          headers: { "Upload-Offset": String(upload.offset) },
        });
      busy.add(id);
      try {
        await writePart(partOf(id), upload, body);
        const present = await get(id);
        if (present.offset < present.sizeBytes) return { upload: present, path: undefined };
        const path = join(folder, id, present.name);
        await mkdir(join(folder, id), { recursive: true, mode: 0o700 });
        await rename(partOf(id), path);
        await remove(id);
        return { upload: present, path };
      } finally {
        busy.delete(id);
      }
    },
  };
}

/** What arrived before a connection broke off stays. @throws HttpError 413, NO_SPACE */
async function writePart(
  path: string,
  { offset, sizeBytes }: Upload,
  body: ReadableStream<Uint8Array> | null,
): Promise<void> {
  let left = sizeBytes - offset;
  const bounded = new Transform({
    transform(part: Uint8Array, _encoding, done) {
      left -= part.byteLength;
      done(left < 0 ? new HttpError(413, "USAGE", "more bytes than were announced") : null, part);
    },
  });
  const source = body ? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]) : [];
  try {
    await pipeline(source, bounded, createWriteStream(path, { flags: "r+", start: offset }));
  } catch (error) {
    if (error instanceof HttpError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw toMediasearchError(error, "the upload");
    throw new HttpError(400, "USAGE", "the upload broke off", {
      hint: "GET the upload and go on where it is",
    });
  }
  const file = await open(path, "r+");
  await file.sync();
  await file.close();
}

/** @throws USAGE */
function cleanName(name: string): string {
  const fileName = basename(name.normalize("NFC").replaceAll("\\", "/"));
  const clean = fileName
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}"*:<>?|]/gu, "")
    .replace(/^[\s.-]+/, "")
    .trim();
  const ending = extname(clean);
  const stem = clean
    .slice(0, clean.length - ending.length)
    .slice(0, 100)
    .trim();
  // A manifest alone is no recording, and beside the files of others it must not be one.
  if (stem === "" || mediaKind(clean) === "other" || isManifest(clean))
    throw usageError(
      "name",
      "must be that of a recording or of captions",
      "a name such as meeting.mp4, talk.mp3 or talk.vtt",
    );
  return `${stem}${ending.toLowerCase()}`;
}

const noUploadError = (id: string): MediasearchError =>
  new MediasearchError("NOT_FOUND", `${id}: there is no such upload`, {
    subject: id,
    hint: "POST /v1/uploads begins one",
  });
