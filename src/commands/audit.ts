import { withBackend } from "../app/library/with-backend.ts";
import type { JournalEntry, Records } from "../backends/records.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag, integerFlag } from "../cli/flags.ts";
import type { AUDIT_SPEC } from "../cli/specs/serving.ts";
import { formatJson, formatInstant } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

const PAGE = 1000;
const MAX_LIMIT = 1_000_000_000;

export const run: Command<typeof AUDIT_SPEC> = async (_args, flags, context) => {
  const { io } = context;
  const isJson = hasFlag(flags, "json");
  const limit = integerFlag(flags, "limit", 1, MAX_LIMIT) ?? MAX_LIMIT;
  await withBackend(context, async ({ records }) => {
    for await (const entry of entriesOf(records, flags.after, limit)) {
      context.signal.throwIfAborted();
      io.stdout.write(`${isJson ? entryJson(entry) : entryLine(entry)}\n`);
    }
  });
  return 0;
};

/** The journal of the audit, page by page, so that memory does not grow with it. */
async function* entriesOf(
  records: Records,
  after: string | undefined,
  limit: number,
): AsyncIterable<JournalEntry> {
  let [afterId, left] = [after, limit];
  while (left > 0) {
    const page = await records.readJournal({ kind: "audit", afterId, limit: Math.min(PAGE, left) });
    yield* page;
    if (page.length < PAGE) return;
    left -= page.length;
    afterId = page.at(-1)?.id;
  }
}

const fieldsOf = ({ value }: JournalEntry): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const entryJson = (entry: JournalEntry): string =>
  formatJson({ id: entry.id, at: formatInstant(entry.atMs), ...fieldsOf(entry) });

function entryLine(entry: JournalEntry): string {
  const { who, action, route, status, target, query } = fieldsOf(entry);
  return stripControls(
    [formatInstant(entry.atMs), who, action, status, route, target, query]
      .filter((part) => part !== undefined)
      .map(String)
      .join("  "),
  );
}
