import { journalTime } from "../../backends/records.ts";
import { AUDIT } from "../audit.ts";
import { INTEGER, type Route, STRING } from "../route.ts";
import { refuseRestricted } from "./key-routes.ts";
import { formatInstant } from "../../text/format.ts";

const DEFAULT_ENTRIES = 200;

export const ADMIN_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/metrics",
    id: "readMetrics",
    tag: "service",
    summary: "Read metrics as Prometheus takes them",
    scope: "metrics",
    answers: { 200: { description: "text format 0.0.4", types: ["text/plain"] } },
    async handle({ identity }, { metrics }) {
      refuseRestricted(identity.filters);
      return new Response(await metrics.text(), {
        headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
      });
    },
  },
  {
    method: "get",
    path: "/v1/audit",
    id: "readAudit",
    tag: "service",
    summary: "Read who did what, the oldest first",
    scope: "audit",
    query: {
      after: { schema: STRING(100), description: "`next` of the page before" },
      minutes: {
        schema: INTEGER(1, 10_000_000),
        description: "only what was done in the last minutes",
      },
      limit: { schema: INTEGER(1, 10_000) },
    },
    answers: { 200: { description: "a page of entries", schema: "AuditEntries" } },
    async handle({ identity, query }, { library, audit }) {
      refuseRestricted(identity.filters);
      await audit.flush();
      const limit = Number(query["limit"] ?? DEFAULT_ENTRIES);
      const { after, minutes } = query;
      const since = typeof minutes === "number" ? Date.now() - minutes * 60_000 : 0;
      const afterId = typeof after === "string" ? after : journalTime(Math.max(0, since));
      const entries = await (await library.records()).readJournal({ kind: AUDIT, afterId, limit });
      return {
        json: {
          entries: entries.map(({ id, atMs, value }) => ({
            id,
            at: formatInstant(atMs),
            ...(value as object),
          })),
          next: entries.length < limit ? null : (entries.at(-1)?.id ?? null),
        },
      };
    },
  },
];
