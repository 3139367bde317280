import {
  createKey,
  deriveKey,
  type DerivedRequest,
  type KeyInfo,
  listKeys,
  revokeKey,
} from "../../app/access/keys.ts";
import { parseEnd } from "../../app/access/expiry.ts";
import type { Scope } from "../../app/access/scopes.ts";
import { HttpError } from "../problem.ts";
import type { Route } from "../route.ts";
import { formatInstant } from "../../text/format.ts";

const isoTime = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));

export const keyRecord = (info: KeyInfo) => ({
  id: info.id,
  name: info.name,
  scopes: info.scopes,
  filter: info.filter,
  createdAt: formatInstant(info.createdAtMs),
  expiresAt: isoTime(info.expiresAtMs),
  revokedAt: isoTime(info.revokedAtMs),
  lastUsedAt: isoTime(info.lastUsedAtMs),
});

interface KeyBody {
  readonly name?: string;
  readonly scopes: readonly Scope[];
  readonly filter?: string;
  readonly expiresAt?: string;
}

export const KEY_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/keys",
    id: "listKeys",
    tag: "keys",
    summary: "List the keys",
    scope: "keys",
    answers: { 200: { description: "the keys, without what they are", schema: "KeyList" } },
    async handle({ identity }, { library }) {
      refuseRestricted(identity.filters);
      return { json: { keys: (await listKeys(await library.records())).map(keyRecord) } };
    },
  },
  {
    method: "post",
    path: "/v1/keys",
    id: "createKey",
    tag: "keys",
    summary: "Make a key; it is shown once",
    scope: "keys",
    body: "KeyRequest",
    answers: { 201: { description: "the key", schema: "NewKey" } },
    audit: "key-created",
    async handle({ identity, body }, { library }) {
      refuseRestricted(identity.filters);
      const { name, scopes, filter, expiresAt } = body as KeyBody;
      const foreign = scopes.find((scope) => !identity.scopes.includes(scope));
      if (foreign !== undefined)
        throw new HttpError(403, "CREDENTIALS", `nobody gives what he has not: ${foreign}`);
      const { key, info } = await createKey(await library.records(), {
        name,
        scopes,
        filter,
        expiresAtMs: expiresAt === undefined ? undefined : parseEnd(expiresAt),
      });
      const { revokedAt: _, lastUsedAt: __, ...record } = keyRecord(info);
      return { status: 201, json: { key, ...record }, headers: { "Cache-Control": "no-store" } };
    },
  },
  {
    method: "delete",
    path: "/v1/keys/{id}",
    id: "revokeKey",
    tag: "keys",
    summary: "Revoke a key, and every key that was derived from it",
    scope: "keys",
    answers: { 200: { description: "the revoked key", schema: "Key" } },
    audit: "key-revoked",
    async handle({ identity, params }, { library }) {
      refuseRestricted(identity.filters);
      return { json: keyRecord(await revokeKey(await library.records(), params["id"] ?? "")) };
    },
  },
  {
    method: "post",
    path: "/v1/keys/derived",
    id: "deriveKey",
    tag: "keys",
    summary: "Derive a key with a further filter from one's own, for a tenant",
    scope: "any",
    body: "DerivedKeyRequest",
    answers: { 201: { description: "the key", schema: "DerivedKey" } },
    audit: "key-derived",
    async handle({ identity, body }, { library }) {
      const { expiresAt, ...request } = body as Omit<DerivedRequest, "expiresAtMs"> & {
        readonly expiresAt: string;
      };
      const expiresAtMs = Math.min(parseEnd(expiresAt), identity.expiresAtMs ?? Infinity);
      const key = await deriveKey(await library.records(), identity, { ...request, expiresAtMs });
      return {
        status: 201,
        json: { key, expiresAt: formatInstant(expiresAtMs) },
        headers: { "Cache-Control": "no-store" },
      };
    },
  },
];

/**
 * Who sees a part of the library only does not manage what opens the rest.
 * @throws HttpError 403
 */
export function refuseRestricted(filters: readonly string[]): void {
  if (filters.length > 0)
    throw new HttpError(403, "CREDENTIALS", "a key with a filter can't do that", {
      hint: "use a key without a filter",
    });
}
