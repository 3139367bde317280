import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MediasearchError } from "../../errors.ts";
import type { ClipRange } from "../../media/clip/job.ts";
import { sightOf, tenantOf } from "../authenticate.ts";
import { MOST_BYTES } from "../local-media.ts";
import type { RemoteCopies, RemoteFile } from "../remote-copies.ts";
import { isRemote } from "../../location.ts";
import { MEDIA_TYPES, sendMedia } from "../media.ts";
import { usageError } from "../problem.ts";
import type { Call, Reply, Route, Services } from "../route.ts";
import { accepted, findJob } from "./work-routes.ts";

interface ClipBody {
  readonly pieces: readonly {
    readonly fileId: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
  readonly format: string;
  readonly exact?: boolean;
  readonly titles?: boolean;
  readonly padMs?: number;
}

/** A clip is made while somebody waits for it; a film is not. */
const MAX_TOTAL_MS = 2 * 3_600_000;

export const CLIP_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/v1/clips",
    id: "makeClip",
    tag: "work",
    summary: "Cut a clip out of a recording, or join several pieces",
    scope: "media",
    body: "ClipRequest",
    answers: { 202: { description: "the clip is queued", schema: "Job" } },
    audit: "clip",
    handle: makeClip,
  },
  {
    method: "get",
    path: "/v1/clips/{id}/media",
    id: "readClip",
    tag: "work",
    summary: "Get a clip that is done; it is kept for an hour",
    scope: "media",
    answers: {
      200: { description: "the clip", types: MEDIA_TYPES },
      206: { description: "a part of it", types: MEDIA_TYPES },
      304: { description: "it is as the client has it" },
      416: { description: "the range is beyond its end" },
    },
    audit: "download",
    async handle(call, services) {
      const job = findJob(call, services);
      const path = services.clips.pathOf(job.id);
      if (job.kind !== "clip" || job.phase !== "done" || path === undefined)
        throw new MediasearchError("NOT_FOUND", `${job.id}: there is no such clip`, {
          subject: job.id,
          hint: "GET /v1/jobs/{id} tells how far it is",
        });
      return sendMedia(path, call.request, services.context);
    },
  },
];

async function makeClip({ identity, body }: Call, services: Services): Promise<Reply> {
  const { pieces, format, exact = false, titles = false, padMs = 0 } = body as ClipBody;
  const { context, reads, clips, remoteCopies } = services;
  const cut: PlacedRange[] = [];
  for (const { fileId, startMs, endMs } of pieces) {
    if (endMs <= startMs) throw usageError("endMs", "must come after startMs");
    const { durationMs: _length, ...located } = await reads.run("locate", sightOf(identity), {
      fileId,
    });
    const { file, track } = await reads.run("file", sightOf(identity), { fileId });
    cut.push({
      ...located,
      startMs: Math.max(0, startMs - padMs),
      endMs: endMs + padMs,
      title: titles ? file : null,
      audioTrack: track?.type === "audio" ? track.number : undefined,
    });
  }
  const totalMs = cut.reduce((sum, piece) => sum + piece.endMs - piece.startMs, 0);
  if (totalMs > MAX_TOTAL_MS)
    throw usageError("pieces", `take more than ${MAX_TOTAL_MS / 3_600_000} hours together`);
  const job = services.jobs.add({
    kind: "clip",
    by: identity.id,
    tenant: tenantOf(identity.filters),
    async run(update, signal) {
      const { makeClip: makeClipFile } = await import("../../media/clip/make.ts");
      const path = join(await clips.folder(), `${job.id}.${format}`);
      const result = await withCopies(cut, remoteCopies, (ranges) =>
        makeClipFile(ranges, path, {
          isFast: !exact && !titles && cut.length === 1,
          force: false,
          env: context.env,
          signal,
          onProgress: (doneMs) =>
            update({ progress: { done: doneMs, total: totalMs, unit: "ms", location: null } }),
        }),
      );
      clips.keep(job.id, path);
      const { size } = await stat(path);
      update({ result: { href: `/v1/clips/${job.id}/media`, ...result, sizeBytes: size } });
    },
  });
  return accepted(job, identity);
}

type PlacedRange = Omit<ClipRange, "path"> & RemoteFile;

/** The ranges as files of this machine, which are there until `act` has ended. */
async function withCopies<T>(
  ranges: readonly PlacedRange[],
  copies: RemoteCopies,
  act: (ranges: readonly ClipRange[]) => Promise<T>,
  done: readonly ClipRange[] = [],
): Promise<T> {
  const next = ranges[done.length];
  if (!next) return act(done);
  const { location, sizeBytes: _size, mtimeMs: _mtime, ...range } = next;
  const go = (path: string): Promise<T> =>
    withCopies(ranges, copies, act, [...done, { ...range, path }]);
  return isRemote(location) ? copies.use(next, MOST_BYTES, go) : go(location);
}
