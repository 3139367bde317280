import { createHash, randomBytes } from "node:crypto";
import { journalId, type Json, type JournalEntry, type Records } from "../backends/records.ts";
import type { Settings } from "../config/settings.ts";
import type { Ended } from "./request-end.ts";

export const AUDIT = "audit";

export interface Audit {
  /** Keeps what is worth an entry of a request; waits for nothing. */
  note(ended: Ended): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_MS = 1000;
/** More than that waits only while the library can't be written; then the oldest are given up. */
const MAX_WAITING = 10_000;
const TRIM_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Who searched, read, played, changed and was refused: a journal of the library that only grows and
 * that is cut after AUDIT_RETENTION_DAYS.
 */
export function createAudit(
  records: () => Promise<Records>,
  { auditQueries, auditDays }: Pick<Settings, "auditQueries" | "auditDays">,
  onError: (error: unknown, lost: number) => void,
): Audit {
  let waiting: JournalEntry[] = [];
  let writing = Promise.resolve();
  let trimmedAtMs = 0;

  async function write(): Promise<void> {
    const entries = waiting;
    waiting = [];
    if (entries.length === 0) return;
    try {
      const store = await records();
      await store.append(entries);
      if (Date.now() - trimmedAtMs > TRIM_MS) {
        trimmedAtMs = Date.now();
        await store.trimJournal(AUDIT, Date.now() - auditDays * DAY_MS);
      }
    } catch (error) {
      const kept = [...entries, ...waiting].slice(-MAX_WAITING);
      onError(error, entries.length + waiting.length - kept.length);
      waiting = kept;
    }
  }
  const flush = (): Promise<void> => (writing = writing.then(write));
  const timer = setInterval(() => void flush(), FLUSH_MS);
  return {
    note(ended) {
      const value = auditValue(ended, auditQueries);
      if (!value) return;
      const atMs = Date.now();
      const id = journalId(atMs, randomBytes(4).toString("hex"));
      waiting.push({ id, atMs, kind: AUDIT, value });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** What was refused is worth an entry, whatever it was; but not what came too often. */
function auditValue(ended: Ended, queries: "digest" | "text"): Json | undefined {
  const { route, status, address, requestId, identity, call } = ended;
  const isRefused = status === 401 || status === 403 || status === 421 || ended.isRefusal === true;
  if (status === 429 || (!isRefused && route?.audit === undefined)) return undefined;
  const q = call?.query["q"] ?? (call?.body as { readonly q?: unknown } | undefined)?.q;
  const query = typeof q === "string" ? q : undefined;
  return {
    who: identity?.id ?? "nobody",
    action: isRefused ? "refused" : (route?.audit ?? ""),
    route: route === undefined ? "page" : `${route.method.toUpperCase()} ${route.path}`,
    status,
    address,
    requestId,
    ...(call?.params["id"] === undefined ? {} : { target: call.params["id"].slice(0, 200) }),
    ...(query === undefined ? {} : { query: queries === "text" ? query : digestOf(query) }),
  };
}

const digestOf = (query: string): string =>
  `sha256:${createHash("sha256").update(query).digest("hex").slice(0, 32)}`;
