import { readFileSync } from "node:fs";
import type { Field } from "apache-arrow";
import { column, COLUMN_TYPES } from "../../src/backends/vast/wire/columns.ts";
import type { Filter, ColumnTerm } from "../../src/backends/vast/wire/predicate.ts";
import { columnsInFilter, writeQuery } from "../../src/backends/vast/wire/relation.ts";
import type { Value } from "../../src/backends/vast/wire/values.ts";
import { decodeQuery } from "./decode-query.ts";

/**
 * Whether bodies that VAST's own Python SDK made say the same as ours: `node test/vast/golden.ts
 * FILE`, a list of { name, schema: [[column, Arrow type, nullable]], projection, hex, decoded: {
 * projection, filter } }, which is not part of this repository.
 */
interface Golden {
  readonly name: string;
  readonly schema: readonly (readonly [string, string, boolean])[];
  readonly projection: readonly string[];
  readonly hex: string;
  readonly decoded: { readonly projection: readonly number[]; readonly filter: string };
}

const SIMPLE: Readonly<Record<string, () => Field["type"]>> = {
  int8: COLUMN_TYPES.int8,
  int16: COLUMN_TYPES.int16,
  int32: COLUMN_TYPES.int32,
  int64: COLUMN_TYPES.int64,
  uint8: COLUMN_TYPES.uint8,
  uint16: COLUMN_TYPES.uint16,
  uint32: COLUMN_TYPES.uint32,
  uint64: COLUMN_TYPES.uint64,
  float: COLUMN_TYPES.float32,
  double: COLUMN_TYPES.float64,
  string: COLUMN_TYPES.utf8,
  binary: COLUMN_TYPES.binary,
  bool: COLUMN_TYPES.bool,
  "date32[day]": COLUMN_TYPES.date,
  "time32[s]": () => COLUMN_TYPES.time(0, 32),
  "time64[us]": () => COLUMN_TYPES.time(2, 64),
  "timestamp[s]": () => COLUMN_TYPES.timestamp(0),
  "timestamp[us]": () => COLUMN_TYPES.timestamp(2),
  "timestamp[ns]": () => COLUMN_TYPES.timestamp(3),
  "decimal128(10, 2)": () => COLUMN_TYPES.decimal(10, 2),
  "fixed_size_list<item: float not null>[3]": () => COLUMN_TYPES.vector(3),
  "list<item: int8>": () => COLUMN_TYPES.list(COLUMN_TYPES.int8()),
  "map<string, double>": () => COLUMN_TYPES.map(COLUMN_TYPES.utf8(), COLUMN_TYPES.float64()),
  "struct<p: int32, q: string>": () =>
    COLUMN_TYPES.struct([column("p", COLUMN_TYPES.int32()), column("q", COLUMN_TYPES.utf8())]),
};

function typeOf(name: string): Field["type"] {
  const make = SIMPLE[name];
  if (!make) throw new Error(`unknown type ${name}`);
  return make();
}

/** What was asked for, out of the cases' names: they say it for people. */
const TERMS: Readonly<Record<string, readonly [column: string, terms: readonly ColumnTerm[]]>> = {
  "==": ["a", [{ op: "equal", value: 1n }]],
  "!=": ["a", [{ op: "not_equal", value: 1n }]],
  "<": ["a", [{ op: "less", value: 1n }]],
  "<=": ["a", [{ op: "less_equal", value: 1n }]],
  ">": ["a", [{ op: "greater", value: 1n }]],
  ">=": ["a", [{ op: "greater_equal", value: 1n }]],
  zero: ["a", [{ op: "equal", value: 0n }]],
  "isin 1,2,3": ["a", [1n, 2n, 3n].map((value) => ({ op: "equal", value }))],
  "between 1,3": ["a", [{ op: "between", low: 1n, high: 3n }]],
  isnull: ["a", [{ op: "is_null" }]],
  notnull: ["a", [{ op: "is_valid" }]],
  or: [
    "a",
    [
      { op: "equal", value: 1n },
      { op: "greater", value: 5n },
    ],
  ],
  "startswith ab": ["s", [{ op: "prefix", value: "ab" }]],
  "startswith \\x7f": ["s", [{ op: "prefix", value: "\x7f" }]],
  "startswith empty": ["s", [{ op: "prefix", value: "" }]],
  contains: ["s", [{ op: "match_substring", value: "b" }]],
};

const LITERALS: Readonly<Record<string, Value>> = {
  int8: -5,
  int16: -5,
  int32: -5,
  uint8: 5,
  uint16: 5,
  uint32: 5,
  float32: 1.5,
  float64: 1.5,
  bool: true,
  "decimal128(10,2)": 125n,
  binary: Uint8Array.of(1, 255),
  date32: 19724,
  time32s: 3723,
  time64us: 3_723_000_004n,
  "ts us": 1_704_164_645_000_006n,
  "ts ns": 1_704_164_645_000_006_000n,
  "ts s": 1_704_164_645n,
  "fsl f32": Float32Array.of(1, 2, 3),
};

function filterOf(name: string): Filter {
  if (name === "no filter" || name === "empty projection") return [];
  if (name === "nested all") return [{ column: "z", anyOf: [{ op: "greater", value: 2n }] }];
  if (name === "struct field")
    return [{ column: ["st", "q"], anyOf: [{ op: "equal", value: "v" }] }];
  if (name.startsWith("literal "))
    return [{ column: "c", anyOf: [{ op: "equal", value: LITERALS[name.slice(8)] }] }];
  const rest = name.replace(/^a\/s /, "");
  if (rest === "and")
    return [
      { column: "a", anyOf: [{ op: "greater", value: 1n }] },
      { column: "s", anyOf: [{ op: "equal", value: "x" }] },
    ];
  if (rest === "and of ors")
    return [
      { column: "a", anyOf: [1n, 2n].map((value) => ({ op: "equal", value })) },
      { column: "s", anyOf: [{ op: "prefix", value: "x" }, { op: "is_null" }] },
    ];
  const known = TERMS[rest];
  if (!known) throw new Error(`unknown case ${name}`);
  return [{ column: known[0], anyOf: known[1] }];
}

function check(golden: Golden): string | undefined {
  const fields = golden.schema.map(([name, type]) => column(name, typeOf(type)));
  const filter = filterOf(golden.name);
  const named = (name: string): Field => fields.find((field) => field.name === name) as Field;
  const wanted = golden.projection.map(named);
  const more = columnsInFilter(filter)
    .filter((name) => !golden.projection.includes(name))
    .map(named);
  const ours = JSON.stringify(
    decodeQuery(writeQuery([...wanted, ...more], wanted.length, filter)),
    null,
    1,
  );
  const theirs = JSON.stringify(decodeQuery(Buffer.from(golden.hex, "hex")), null, 1);
  return ours === theirs ? undefined : `ours   ${ours}\ntheirs ${theirs}`;
}

const [file] = process.argv.slice(2);
if (!file) throw new Error("usage: npm run test:golden -- FILE");
const cases = JSON.parse(readFileSync(file, "utf8")) as Golden[];
let same = 0;
for (const golden of cases) {
  const difference = check(golden);
  if (difference === undefined) same++;
  else process.stdout.write(`${golden.name}\n${difference}\n`);
}
process.stdout.write(`${same} of ${cases.length} bodies decode to the same request\n`);
process.exitCode = same === cases.length ? 0 : 1;
