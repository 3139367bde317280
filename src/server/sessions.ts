import { createHash, randomBytes } from "node:crypto";
import type { Identity } from "../app/access/identity.ts";

/**
 * `__Host-`: only over TLS or on this machine, for this host alone, and never set by a neighbour.
 */
export const SESSION_COOKIE = "__Host-mediasearch";

const SESSION_MS = 12 * 3_600_000;
const LINK_MS = 10 * 60_000;
const MAX_SESSIONS = 10_000;

export interface Sessions {
  /** Makes a token that signs in once, within ten minutes. */
  createLink(identity: Identity): string;
  /** @returns a session; undefined for a link that is unknown, used or too old. */
  redeem(link: string): { readonly token: string; readonly identity: Identity } | undefined;
  /** @returns a session's token. The session ends with the key at the latest. */
  start(identity: Identity): string;
  find(token: string): Identity | undefined;
  end(token: string): void;
  /** How long a session lasts, in seconds. */
  readonly maxAgeSeconds: number;
}

interface Held {
  readonly identity: Identity;
  readonly endsAtMs: number;
}

const digest = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Sessions live as long as the process; only digests of their tokens are in its memory. */
export function createSessions(): Sessions {
  const links = new Map<string, Held>();
  const sessions = new Map<string, Held>();
  const hold = (held: Map<string, Held>, identity: Identity, forMs: number): string => {
    const now = Date.now();
    for (const [key, { endsAtMs }] of held) if (endsAtMs <= now) held.delete(key);
    const [oldest] = held.keys();
    if (held.size >= MAX_SESSIONS && oldest !== undefined) held.delete(oldest);
    const token = randomBytes(32).toString("base64url");
    const endsAtMs = Math.min(now + forMs, identity.expiresAtMs ?? Infinity);
    held.set(digest(token), { identity, endsAtMs });
    return token;
  };
  const start = (identity: Identity): string => hold(sessions, identity, SESSION_MS);
  return {
    maxAgeSeconds: SESSION_MS / 1000,
    createLink: (identity) => hold(links, identity, LINK_MS),
    redeem(link) {
      const held = links.get(digest(link));
      links.delete(digest(link));
      if (!held || held.endsAtMs <= Date.now()) return undefined;
      return { token: start(held.identity), identity: held.identity };
    },
    start,
    find(token) {
      const held = sessions.get(digest(token));
      if (!held) return undefined;
      if (held.endsAtMs > Date.now()) return held.identity;
      sessions.delete(digest(token));
      return undefined;
    },
    end: (token) => void sessions.delete(digest(token)),
  };
}
