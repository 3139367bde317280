import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Json, Records } from "../../backends/records.ts";
import { MediasearchError } from "../../errors.ts";
import { parseAccessFilter } from "./access-filter.ts";
import type { Identity } from "./identity.ts";
import { ALL_SCOPES, type Scope } from "./scopes.ts";

/** A key as it can be shown. The key itself is shown once and never kept. */
export interface KeyInfo {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** A filter in the query language; null for everything. */
  readonly filter: string | null;
  /** Unix milliseconds. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

/** Earlier releases wrote the last use into the key. */
interface StoredKey extends KeyInfo {
  /** SHA-256 of the key, in hexadecimal digits. */
  readonly digest: string;
}

export interface KeyRequest {
  readonly name?: string | undefined;
  readonly scopes: readonly Scope[];
  readonly filter?: string | undefined;
  readonly expiresAtMs?: number | undefined;
}

const KIND = "key";
/** When a key was last used is a record of its own, so that noting it never undoes a revocation. */
const USE = "key-use";
const USE_EXACT_TO_MS = 60_000;
/** Scanners for leaked secrets know keys by their prefix. */
const PREFIX = "ms_";
const DERIVED_PREFIX = "msd_";
const MAX_NAME = 200;
const MAX_FILTER = 2000;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const toInfo = ({ digest: _digest, ...info }: StoredKey, use: Json | undefined): KeyInfo => ({
  ...info,
  lastUsedAtMs: typeof use === "number" ? use : info.lastUsedAtMs,
});

/**
 * Makes a key. Its text has 256 random bits; the library keeps only the digest.
 * @throws USAGE for a filter that can't be used, or an end that has passed.
 */
export async function createKey(
  records: Records,
  { name = "", scopes, filter, expiresAtMs }: KeyRequest,
): Promise<{ readonly key: string; readonly info: KeyInfo }> {
  await checkRequest({ name, filter, expiresAtMs });
  const id = randomBytes(6).toString("hex");
  const key = `${PREFIX}${id}_${randomBytes(32).toString("base64url")}`;
  const stored: StoredKey = {
    id,
    name,
    scopes: ALL_SCOPES.filter((scope) => scopes.includes(scope)),
    filter: filter ?? null,
    createdAtMs: Date.now(),
    expiresAtMs: expiresAtMs ?? null,
    revokedAtMs: null,
    lastUsedAtMs: null,
    digest: sha256(key),
  };
  await records.put(KIND, id, stored as unknown as Json);
  return { key, info: toInfo(stored, undefined) };
}

async function checkRequest({
  name = "",
  filter,
  expiresAtMs,
}: Omit<KeyRequest, "scopes">): Promise<void> {
  if (name.length > MAX_NAME)
    throw new MediasearchError("USAGE", `name: has more than ${MAX_NAME} characters`, {
      subject: "name",
    });
  if (filter !== undefined && filter.length > MAX_FILTER)
    throw new MediasearchError("USAGE", `filter: has more than ${MAX_FILTER} characters`, {
      subject: "filter",
    });
  if (filter !== undefined) await parseAccessFilter([filter]);
  if (expiresAtMs !== undefined && expiresAtMs <= Date.now())
    throw new MediasearchError("USAGE", "expires: the time has passed already", {
      subject: "expires",
    });
}

export async function listKeys(records: Records): Promise<readonly KeyInfo[]> {
  const uses = new Map((await records.list(USE)).map(({ id, value }) => [id, value]));
  return (await records.list(KIND)).flatMap(({ id, value }) => {
    const stored = toStored(value);
    return stored ? [toInfo(stored, uses.get(id))] : [];
  });
}

/** Ends a key, and every key that was derived from it. @throws NOT_FOUND */
export async function revokeKey(records: Records, id: string): Promise<KeyInfo> {
  const stored = await storedKey(records, id);
  if (!stored)
    throw new MediasearchError("NOT_FOUND", `${id}: there is no such key`, {
      subject: id,
      hint: "mediasearch keys list",
    });
  const revoked = { ...stored, revokedAtMs: stored.revokedAtMs ?? Date.now() };
  await records.put(KIND, id, revoked as unknown as Json);
  return toInfo(revoked, await records.get(USE, id));
}

const storedKey = async (
  records: Pick<Records, "get">,
  id: string,
): Promise<StoredKey | undefined> => toStored(await records.get(KIND, id));

/** Somebody else may have made the library: what is no key is none. */
function toStored(value: Json | undefined): StoredKey | undefined {
  const key = (typeof value === "object" && value !== null ? value : {}) as Partial<StoredKey>;
  const isTime = (ms: unknown): boolean => ms === null || typeof ms === "number";
  const isKey =
    [key.id, key.name, key.digest].every((text) => typeof text === "string") &&
    Array.isArray(key.scopes) &&
    (key.filter === null || typeof key.filter === "string") &&
    typeof key.createdAtMs === "number" &&
    [key.expiresAtMs, key.revokedAtMs, key.lastUsedAtMs].every(isTime);
  return isKey ? (key as StoredKey) : undefined;
}

export type NoteUse = (records: Pick<Records, "put">, id: string) => Promise<void>;

/**
 * Makes what notes when keys are used; exact to the minute, so that a busy key writes seldom. What
 * this process wrote is remembered, so that nothing is read for it.
 */
export function createUseNotes(now: () => number = Date.now): NoteUse {
  const notedAtMs = new Map<string, number>();
  return async (records, id) => {
    const atMs = now();
    if (atMs - (notedAtMs.get(id) ?? 0) < USE_EXACT_TO_MS) return;
    notedAtMs.set(id, atMs);
    await records.put(USE, id, atMs);
  };
}

/** Why a key opens nothing. */
export type KeyRefusal = "unknown" | "expired" | "revoked";

/**
 * Finds out whose key that is.
 * @returns a refusal for a key that is unknown, expired or revoked, or whose filter can't be read.
 */
export async function identifyKey(
  records: Pick<Records, "get">,
  key: string,
): Promise<Identity | KeyRefusal> {
  if (key.startsWith(DERIVED_PREFIX)) return identifyDerived(records, key);
  const [, id] = /^ms_([0-9a-f]{12})_[\w-]{43}$/.exec(key) ?? [];
  const stored = id === undefined ? undefined : await storedKey(records, id);
  if (!stored || !isEqual(stored.digest, sha256(key))) return "unknown";
  return refusalOf(stored) ?? toIdentity(stored);
}

function refusalOf({ revokedAtMs, expiresAtMs }: StoredKey): KeyRefusal | undefined {
  if (revokedAtMs !== null) return "revoked";
  return expiresAtMs !== null && expiresAtMs <= Date.now() ? "expired" : undefined;
}

const toIdentity = ({ id, name, scopes, filter, expiresAtMs }: StoredKey): Identity => ({
  id: `key:${id}`,
  name: name === "" ? id : name,
  kind: "key",
  // A scope that this program does not know opens nothing.
  scopes: ALL_SCOPES.filter((scope) => scopes.includes(scope)),
  filters: filter === null ? [] : [filter],
  keyId: id,
  expiresAtMs,
});

/** What a derived key carries. */
interface Derived {
  readonly k: string;
  readonly s: readonly string[];
  readonly f: readonly string[];
  readonly e: number;
  readonly n: string;
}

export interface DerivedRequest {
  /** Those of the parent that the derived key keeps; all unless given. It never gets more. */
  readonly scopes?: readonly Scope[] | undefined;
  readonly filter: string;
  readonly expiresAtMs: number;
  readonly name?: string | undefined;
}

/** Scopes that a derived key never has: they reach beyond any filter. */
const NOT_DERIVED: readonly Scope[] = ["keys", "audit", "metrics", "webhooks", "index"];

/**
 * Makes a key for a tenant out of a key: with a further filter, an end, and at most the same
 * scopes. The library keeps nothing of it; it ends with its parent.
 * @throws USAGE for a filter that can't be used, or a parent that is itself derived or a person.
 */
export async function deriveKey(
  records: Records,
  parent: Identity,
  { scopes, filter, expiresAtMs, name = "" }: DerivedRequest,
): Promise<string> {
  if (parent.kind !== "key" || parent.keyId === null)
    throw new MediasearchError("USAGE", "only a key that is kept can have derived keys");
  await checkRequest({ name, filter, expiresAtMs });
  const wanted = scopes ?? parent.scopes;
  const payload: Derived = {
    k: parent.keyId,
    s: parent.scopes.filter((scope) => wanted.includes(scope) && !NOT_DERIVED.includes(scope)),
    f: [filter],
    e: Math.min(expiresAtMs, parent.expiresAtMs ?? Infinity),
    n: name,
  };
  const body = Buffer.from(JSON.stringify(payload)).toString("base64url");
  return `${DERIVED_PREFIX}${body}.${sign(await signingSecret(records), body)}`;
}

const sign = (secret: string, body: string): string =>
  createHmac("sha256", secret).update(body).digest("base64url");

/** Signs derived keys and media links; made once for a library. */
export async function signingSecret(records: Records): Promise<string> {
  const kept = await records.get("secret", "signing");
  if (typeof kept === "string") return kept;
  const made = randomBytes(32).toString("base64url");
  await records.put("secret", "signing", made);
  // Of two servers that made one at once the later one's stays.
  const stored = await records.get("secret", "signing");
  return typeof stored === "string" ? stored : made;
}

async function identifyDerived(
  records: Pick<Records, "get">,
  key: string,
): Promise<Identity | KeyRefusal> {
  const [body = "", signature = ""] = key.slice(DERIVED_PREFIX.length).split(".");
  const secret = await records.get("secret", "signing");
  if (typeof secret !== "string" || !isEqual(signature, sign(secret, body))) return "unknown";
  const payload = JSON.parse(Buffer.from(body, "base64url").toString()) as Derived;
  const parent = await storedKey(records, payload.k);
  if (!parent) return "unknown";
  const refusal = refusalOf(parent);
  if (refusal) return refusal;
  if (payload.e <= Date.now()) return "expired";
  const parentIdentity = toIdentity(parent);
  return {
    ...parentIdentity,
    id: `derived:${payload.k}:${sha256(key).slice(0, 8)}`,
    name: payload.n === "" ? `${parentIdentity.name} (derived)` : payload.n,
    kind: "derived",
    scopes: parentIdentity.scopes.filter(
      (scope) => payload.s.includes(scope) && !NOT_DERIVED.includes(scope),
    ),
    filters: [...parentIdentity.filters, ...payload.f],
    expiresAtMs: payload.e,
  };
}

/** Whether a key is neither revoked nor expired. */
export async function isKeyGood(records: Pick<Records, "get">, id: string): Promise<boolean> {
  const stored = await storedKey(records, id);
  return stored !== undefined && refusalOf(stored) === undefined;
}
