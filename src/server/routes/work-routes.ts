import { realpath } from "node:fs/promises";
import type { Identity } from "../../app/access/identity.ts";
import { listItems } from "../../config/serve-settings.ts";
import { MediasearchError } from "../../errors.ts";
import { isBelow, isRemote, toLocation, isWithin } from "../../location.ts";
import { sightOf, tenantOf } from "../authenticate.ts";
import { jobRecord, mayKnow } from "../job-record.ts";
import { HttpError } from "../problem.ts";
import type { Call, Reply, Route, Services } from "../route.ts";
import type { WorkJob } from "../work/jobs.ts";
import { refuseRestricted } from "./key-routes.ts";

const ACCEPTED = { 202: { description: "the work is queued", schema: "Job" } };

/** The answer to a request whose work goes on: where to look how far it is. */
export const accepted = (job: WorkJob, identity: Identity): Reply => ({
  status: 202,
  json: jobRecord(job, identity),
  headers: { Location: `/v1/jobs/${job.id}` },
});

export const WORK_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/v1/index",
    id: "index",
    tag: "work",
    summary: "Index folders, files and s3:// places below the allowed roots",
    scope: "index",
    body: "IndexRequest",
    answers: ACCEPTED,
    audit: "index",
    async handle({ identity, body }, services) {
      refuseRestricted(identity.filters);
      const { paths } = body as { readonly paths: readonly string[] };
      const locations = await Promise.all(paths.map((path) => allowedLocation(path, services)));
      return accepted(startIndex(services, identity, locations, []), identity);
    },
  },
  {
    method: "get",
    path: "/v1/jobs",
    id: "listJobs",
    tag: "work",
    summary: "List work of this server, and files of the library that failed",
    scope: "jobs",
    answers: { 200: { description: "both", schema: "Jobs" } },
    async handle({ identity }, { reads, jobs }) {
      const { failed } = await reads.run("failedFiles", sightOf(identity), {});
      const work = jobs.list().filter((job) => mayKnow(job, identity));
      return { json: { work: work.map((job) => jobRecord(job, identity)), failed } };
    },
  },
  {
    method: "get",
    path: "/v1/jobs/{id}",
    id: "readJob",
    tag: "work",
    summary: "Tell how far work is",
    scope: "any",
    answers: { 200: { description: "the work", schema: "Job" } },
    handle: async (call, services) => ({
      json: jobRecord(findJob(call, services), call.identity),
    }),
  },
  {
    method: "delete",
    path: "/v1/jobs/{id}",
    id: "cancelJob",
    tag: "work",
    summary: "Cancel work; what is done by then stays",
    scope: "any",
    answers: { 200: { description: "the cancelled work", schema: "Job" } },
    audit: "job-cancelled",
    async handle(call, services) {
      const { id } = findJob(call, services);
      services.jobs.cancel(id);
      return { json: jobRecord(findJob(call, services), call.identity) };
    },
  },
  {
    method: "post",
    path: "/v1/jobs/retry",
    id: "retryFiles",
    tag: "work",
    summary: "Try files again whose indexing failed",
    scope: "jobs",
    body: "FilesRequest",
    answers: ACCEPTED,
    audit: "retry",
    async handle(call, services) {
      const locations = await locationsOf(call, services);
      return accepted(startIndex(services, call.identity, locations, locations), call.identity);
    },
  },
  {
    method: "post",
    path: "/v1/jobs/skip",
    id: "skipFiles",
    tag: "work",
    summary: "Pass over files whose indexing failed, from now on",
    scope: "jobs",
    body: "FilesRequest",
    answers: { 200: { description: "how many were skipped", schema: "Skipped" } },
    audit: "skip",
    async handle(call, services) {
      const locations = await locationsOf(call, services);
      return { json: { skipped: await services.work.run("skip", { locations }) } };
    },
  },
  {
    method: "get",
    path: "/quarantined",
    id: "quarantinedOfPredecessor",
    tag: "earlier",
    summary: "Leads to /v1/jobs",
    scope: "jobs",
    answers: { 308: { description: "the address that answers now" } },
    handle: async () => new Response(null, { status: 308, headers: { Location: "/v1/jobs" } }),
  },
  {
    method: "get",
    path: "/dlq",
    id: "dlqOfPredecessor",
    tag: "earlier",
    summary: "Leads to /v1/jobs",
    scope: "jobs",
    answers: { 308: { description: "the address that answers now" } },
    handle: async () => new Response(null, { status: 308, headers: { Location: "/v1/jobs" } }),
  },
  goneRoute("pause"),
  goneRoute("resume"),
];

/** What the predecessor had and nothing does any more: the answer says what does instead. */
function goneRoute(name: "pause" | "resume"): Route {
  return {
    method: "post",
    path: `/${name}`,
    id: `${name}OfPredecessor`,
    tag: "earlier",
    summary: "Says what replaced it",
    scope: "jobs",
    answers: { 410: { description: "the problem says what can be done instead" } },
    handle: async () => {
      throw new HttpError(410, "USAGE", `there is no ${name} any more`, {
        hint: "DELETE /v1/jobs/{id} stops work, and POST /v1/index goes on where it was",
      });
    },
  };
}

/** @throws NOT_FOUND for work that is not there, or that is none of the caller's business. */
export function findJob({ params, identity }: Call, { jobs }: Services): WorkJob {
  const id = params["id"] ?? "";
  const job = jobs.get(id);
  if (!job || !mayKnow(job, identity))
    throw new MediasearchError("NOT_FOUND", `${id}: there is no such work`, { subject: id });
  return job;
}

async function locationsOf({ identity, body }: Call, { reads }: Services): Promise<string[]> {
  const { fileIds } = body as { readonly fileIds: readonly string[] };
  const assets = await reads.run("assets", sightOf(identity), { fileIds });
  return assets.map(({ location }) => location);
}

/** Queues a run of the indexing that the command line has. */
export function startIndex(
  { jobs, work }: Services,
  { id: by, filters }: Identity,
  locations: readonly string[],
  forget: readonly string[],
): WorkJob {
  return jobs.add({
    kind: "index",
    by,
    tenant: tenantOf(filters),
    async run(update, signal) {
      const counts = await work.run(
        "index",
        { locations, forget },
        {
          signal,
          onProgress(progress) {
            if (progress.type === "counts") update({ counts: progress.counts });
            else
              update({
                progress: {
                  done: progress.positionMs,
                  total: progress.durationMs,
                  unit: "ms",
                  location: progress.location,
                },
              });
          },
        },
      );
      update({ counts });
    },
  });
}

/**
 * What a client may have indexed: below the allowed roots, also when links are followed.
 * @throws HttpError 403
 */
async function allowedLocation(path: string, { context }: Services): Promise<string> {
  const roots = listItems(context.config.settings.serveRoots);
  const refused = new HttpError(403, "CREDENTIALS", "that is not below an allowed root", {
    hint: "the server's SERVE_INDEX_ROOTS names the folders that clients may index",
  });
  if (path.includes("\0")) throw refused;
  const location = toLocation(path, "/");
  if (isRemote(location)) {
    if (roots.some((root) => isBelow(`${location}/`, root) || location === root)) return location;
    throw refused;
  }
  const folders = roots.filter((root) => !isRemote(root));
  // What is outside is refused before the disk is asked, or answers would tell what is there.
  if (!folders.some((root) => isWithin(location, root))) throw refused;
  const real = await realpath(location).catch(() => {
    throw new MediasearchError("NOT_FOUND", "there is nothing at that path", { subject: path });
  });
  for (const root of folders) {
    const realRoot = await realpath(root).catch(() => undefined);
    if (realRoot !== undefined && isWithin(real, realRoot)) return location;
  }
  throw refused;
}
