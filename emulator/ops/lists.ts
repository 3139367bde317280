import type { Builder } from "flatbuffers";
import { badRequest } from "../errors.ts";
import { bool, finish, i64, ref, table, vector } from "../flat/writer.ts";
import {
  atLeast,
  headerFlag,
  headerInt,
  headerText,
  type Call,
  type Reply,
  type Version,
} from "../http/call.ts";
import { rowCount, tableBytes, type Table } from "../store/table.ts";

/** One entry of a list of schemas, tables or projections. */
export interface Listed {
  readonly id: number;
  readonly name: string;
  readonly properties: string;
  readonly table?: Table;
}

/**
 * A page: what the request asks for of `all`, and the headers that say how it goes on. The key of a
 * page is the id of the entry before it.
 */
export function page<T extends { readonly id: number; readonly name: string }>(
  call: Call,
  all: readonly T[],
): { readonly entries: readonly T[]; readonly headers: Record<string, string> } {
  const exact = headerText(call, "tabular-name-exact-match");
  const prefix = headerText(call, "tabular-name-prefix") ?? "";
  const matching = all
    .filter(({ name }) => (exact === undefined ? name.startsWith(prefix) : name === exact))
    .toSorted((a, b) => a.id - b.id);
  const after = headerInt(call, "tabular-next-key", 0);
  const max = headerInt(call, "tabular-max-keys", 1000);
  if (max === 0) throw badRequest("tabular-max-keys must be at least 1");
  const rest = matching.filter(({ id }) => id > after);
  const entries = headerFlag(call, "tabular-list-count-only") ? [] : rest.slice(0, max);
  const truncated = entries.length > 0 && rest.length > entries.length;
  return {
    entries,
    headers: {
      "tabular-next-key": String(truncated ? (entries.at(-1)?.id ?? 0) : 0),
      "tabular-is-truncated": String(truncated),
      "tabular-list-count": String(matching.length),
      "Content-Type": "application/octet-stream",
    },
  };
}

const MST_POINTER = (1n << 48n) - 1n;
const SORTED = 1n << 63n;

/**
 * The bit 63 says that sorting is done; here it always is. As a signed number that is the lowest
 * one.
 */
export const sortingScore = (sorted: boolean): bigint => (sorted ? BigInt.asIntN(64, SORTED) : 0n);

function writeDetails(
  b: Builder,
  version: Version,
  { id, name, properties, table: of }: Listed,
  stats: boolean,
): number {
  const nameAt = b.createString(name);
  const propertiesAt = b.createString(properties);
  const handle = b.createString(String(id));
  const sorted = of !== undefined && of.sortKey.length > 0;
  const counted = stats && of !== undefined;
  return table(b, atLeast(version, 5, 5) ? 13 : 11, [
    ref(0, nameAt),
    ref(1, propertiesAt),
    ref(2, handle),
    i64(3, BigInt(counted ? rowCount(of) : 0)),
    i64(4, BigInt(counted ? tableBytes(of) : 0)),
    bool(6, sorted),
    i64(7, sortingScore(sorted)),
    ...(atLeast(version, 5, 5) ? [i64(11, MST_POINTER, MST_POINTER)] : []),
  ]);
}

/** A list's answer: `names` are the parents (bucket, schema, table), then the entries. */
export function listReply(call: Call, names: readonly string[], all: readonly Listed[]): Reply {
  const { entries, headers } = page(call, all);
  const stats = headerFlag(call, "tabular-include-list-stats");
  const body = finish((b) => {
    const details = vector(
      b,
      entries.map((entry) => writeDetails(b, call.version, entry, stats)),
    );
    const parents = names.map((name) => b.createString(name));
    return table(b, names.length + 1, [
      ...parents.map((at, i) => ref(i, at)),
      ref(names.length, details),
    ]);
  });
  return { headers, body };
}
