import { randomBytes } from "node:crypto";
import type { Json } from "../../backends/records.ts";
import { MediasearchError } from "../../errors.ts";
import { sightOf, tenantOf } from "../authenticate.ts";
import { COLLECTION, type Collection, FILE_TAGS, noCollectionError } from "../reads/labels.ts";
import type { SearchArgs } from "../reads/search.ts";
import type { Call, Route, Services } from "../route.ts";
import { formatInstant } from "../../text/format.ts";

const ONE = { 200: { description: "the collection", schema: "Collection" } };

/** Collections and tags are for people; this many are more than anyone finds their way in. */
const MAX_COLLECTIONS = 10_000;
const MAX_SEARCHES = 1000;

interface CollectionBody {
  readonly name: string;
  readonly description?: string;
  readonly fileIds?: readonly string[];
}

export const LABEL_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/collections",
    id: "listCollections",
    tag: "collections",
    summary: "List collections of files",
    scope: "read",
    answers: { 200: { description: "the collections", schema: "Collections" } },
    handle: async ({ identity }, { reads }) => ({
      json: { collections: await reads.run("collections", sightOf(identity), {}) },
    }),
  },
  {
    method: "post",
    path: "/v1/collections",
    id: "createCollection",
    tag: "collections",
    summary: "Make a collection",
    scope: "edit",
    body: "CollectionRequest",
    answers: { 201: { description: "the collection", schema: "Collection" } },
    audit: "collection-created",
    async handle(call, services) {
      const { identity, body } = call;
      const { name, description = "", fileIds = [] } = body as CollectionBody;
      await refuseUnknown(call, services, fileIds);
      const records = await services.library.records();
      await refuseTooMany(services, COLLECTION, MAX_COLLECTIONS);
      const id = randomBytes(9).toString("base64url");
      const collection: Collection = {
        name,
        description,
        fileIds: [...new Set(fileIds)],
        createdAtMs: Date.now(),
        createdBy: identity.name,
        tenant: tenantOf(identity.filters),
      };
      await records.put(COLLECTION, id, collection as unknown as Json);
      return { status: 201, json: toRecord(id, collection) };
    },
  },
  {
    method: "put",
    path: "/v1/collections/{id}",
    id: "changeCollection",
    tag: "collections",
    summary: "Change a collection: its name, its description and its files",
    scope: "edit",
    body: "CollectionRequest",
    answers: ONE,
    audit: "collection-changed",
    async handle(call, services) {
      const present = await ownCollection(call, services);
      const { name, description, fileIds } = call.body as CollectionBody;
      if (fileIds) await refuseUnknown(call, services, fileIds);
      const changed: Collection = {
        ...present,
        name,
        description: description ?? present.description,
        fileIds: fileIds ? [...new Set(fileIds)] : present.fileIds,
      };
      const id = call.params["id"] ?? "";
      await (await services.library.records()).put(COLLECTION, id, changed as unknown as Json);
      return { json: toRecord(id, changed) };
    },
  },
  {
    method: "delete",
    path: "/v1/collections/{id}",
    id: "deleteCollection",
    tag: "collections",
    summary: "Delete a collection; its files stay",
    scope: "edit",
    answers: { 204: { description: "it is gone" } },
    audit: "collection-deleted",
    async handle(call, services) {
      await ownCollection(call, services);
      await (await services.library.records()).remove(COLLECTION, call.params["id"] ?? "");
      return new Response(null, { status: 204 });
    },
  },
  {
    method: "put",
    path: "/v1/files/{id}/tags",
    id: "setTags",
    tag: "collections",
    summary: "Set the tags of a file",
    scope: "edit",
    body: "TagsRequest",
    answers: { 200: { description: "the tags", schema: "Tags" } },
    audit: "tags-set",
    async handle(call, services) {
      const fileId = call.params["id"] ?? "";
      await refuseUnknown(call, services, [fileId]);
      const { tags } = call.body as { readonly tags: readonly string[] };
      const records = await services.library.records();
      if (tags.length === 0) await records.remove(FILE_TAGS, fileId);
      else await records.put(FILE_TAGS, fileId, tags);
      return { json: { tags } };
    },
  },
  ...savedSearchRoutes(),
];

const SAVED_SEARCH = "saved-search";

export interface SavedSearch {
  readonly name: string;
  readonly request: SearchArgs;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly tenant: string | null;
  /** With what filters it is run when files are new. */
  readonly filters: readonly string[];
}

export async function readSavedSearches({
  library,
}: Pick<Services, "library">): Promise<readonly (readonly [string, SavedSearch])[]> {
  const stored = await (await library.records()).list(SAVED_SEARCH);
  return stored.map(({ id, value }) => [id, value as unknown as SavedSearch] as const);
}

function savedSearchRoutes(): readonly Route[] {
  return [
    {
      method: "get",
      path: "/v1/saved-searches",
      id: "listSavedSearches",
      tag: "search",
      summary: "List saved searches",
      scope: "search",
      answers: { 200: { description: "the searches", schema: "SavedSearches" } },
      async handle({ identity }, services) {
        const own = tenantOf(identity.filters);
        const searches = (await readSavedSearches(services))
          .filter(([, { tenant }]) => own === null || tenant === own)
          .map(([id, search]) => savedRecord(id, search));
        return { json: { searches } };
      },
    },
    {
      method: "post",
      path: "/v1/saved-searches",
      id: "saveSearch",
      tag: "search",
      summary: "Save a search; webhooks tell of new hits",
      scope: "search",
      body: "SavedSearchRequest",
      answers: { 201: { description: "the search", schema: "SavedSearch" } },
      audit: "search-saved",
      async handle({ identity, body }, services) {
        const { name, request } = body as Pick<SavedSearch, "name" | "request">;
        await services.reads.run("search", sightOf(identity), { ...request, limit: 1 });
        await refuseTooMany(services, SAVED_SEARCH, MAX_SEARCHES);
        const id = randomBytes(9).toString("base64url");
        const search: SavedSearch = {
          name,
          request,
          createdAtMs: Date.now(),
          createdBy: identity.name,
          tenant: tenantOf(identity.filters),
          filters: identity.filters,
        };
        const records = await services.library.records();
        await records.put(SAVED_SEARCH, id, search as unknown as Json);
        return { status: 201, json: savedRecord(id, search) };
      },
    },
    {
      method: "delete",
      path: "/v1/saved-searches/{id}",
      id: "deleteSavedSearch",
      tag: "search",
      summary: "Delete a saved search",
      scope: "search",
      answers: { 204: { description: "it is gone" } },
      audit: "saved-search-deleted",
      async handle({ identity, params }, { library }) {
        const id = params["id"] ?? "";
        const records = await library.records();
        const search = (await records.get(SAVED_SEARCH, id)) as unknown as SavedSearch | undefined;
        const own = tenantOf(identity.filters);
        if (!search || (own !== null && search.tenant !== own))
          throw new MediasearchError("NOT_FOUND", `${id}: there is no such search`, {
            subject: id,
          });
        await records.remove(SAVED_SEARCH, id);
        return new Response(null, { status: 204 });
      },
    },
  ];
}

const savedRecord = (id: string, { name, request, createdAtMs, createdBy }: SavedSearch) => ({
  id,
  name,
  request,
  createdAt: formatInstant(createdAtMs),
  createdBy,
});

const toRecord = (
  id: string,
  { name, description, fileIds, createdAtMs, createdBy }: Collection,
) => ({
  id,
  name,
  description,
  createdAt: formatInstant(createdAtMs),
  createdBy,
  fileIds,
});

/** @throws NOT_FOUND for a file that the caller can't see. */
async function refuseUnknown(
  { identity }: Call,
  { reads }: Services,
  fileIds: readonly string[],
): Promise<void> {
  if (fileIds.length > 0) await reads.run("assets", sightOf(identity), { fileIds });
}

/** @throws USAGE */
async function refuseTooMany({ library }: Services, kind: string, most: number): Promise<void> {
  if ((await (await library.records()).list(kind)).length >= most)
    throw new MediasearchError("USAGE", `there are ${most} of them already; delete some first`);
}

/** @throws NOT_FOUND for a collection that is not there or another's. */
async function ownCollection(
  { identity, params }: Call,
  { library }: Services,
): Promise<Collection> {
  const id = params["id"] ?? "";
  const found = (await (await library.records()).get(COLLECTION, id)) as unknown as
    | Collection
    | undefined;
  const own = tenantOf(identity.filters);
  if (!found || (own !== null && found.tenant !== own)) throw noCollectionError(id);
  return found;
}
