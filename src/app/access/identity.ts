import type { Scope } from "./scopes.ts";

/**
 * Who asks, and what he, she or it may do. Nothing else about a caller matters to the application.
 */
export interface Identity {
  /** Names the caller in the audit and in logs: `key:ab12…`, `person:ada@example.org`. */
  readonly id: string;
  /** How people know the caller. */
  readonly name: string;
  readonly kind: "key" | "derived" | "person";
  readonly scopes: readonly Scope[];
  /** Filters in the query language; all of them hold on everything that the caller gets. */
  readonly filters: readonly string[];
  /** The key behind it, for revocation; null for people. */
  readonly keyId: string | null;
  /** Unix milliseconds; null for no end. */
  readonly expiresAtMs: number | null;
}
