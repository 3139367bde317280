import type { Field } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { decodeQuery } from "../../../../test/vast/decode-query.ts";
import { column, COLUMN_TYPES } from "./columns.ts";
import {
  isBetween,
  compareColumn,
  type ColumnCondition,
  contains,
  either,
  equal,
  type Filter,
  isNull,
  isPresent,
  isOneOf,
  startsWith,
} from "./predicate.ts";
import { columnsInFilter, writeQuery } from "./relation.ts";
import type { Value } from "./values.ts";

const count = column("count", COLUMN_TYPES.int64());
const title = column("title", COLUMN_TYPES.utf8());
const nested = [
  column("first", COLUMN_TYPES.int64()),
  column("list", COLUMN_TYPES.list(COLUMN_TYPES.int8())),
  column("map", COLUMN_TYPES.map(COLUMN_TYPES.utf8(), COLUMN_TYPES.float64())),
  column(
    "pair",
    COLUMN_TYPES.struct([
      column("left", COLUMN_TYPES.int32()),
      column("right", COLUMN_TYPES.utf8()),
    ]),
  ),
  column("last", COLUMN_TYPES.int64()),
];
const utf8 = (text: string): string => `(22:${Buffer.from(text).toString("hex")}:-:utf8?)`;
const filterOf = (fields: readonly Field[], ...filter: Filter): string =>
  decodeQuery(writeQuery(fields, fields.length, filter)).filter;

describe("a query's body", () => {
  it("names the wanted columns by position, and has a filter even when nothing is filtered", () => {
    expect(decodeQuery(writeQuery([title, count], 2, []))).toEqual({
      schema: ["title:utf8?", "count:int64?"],
      projection: [0, 1],
      filter: "and()",
    });
  });

  it("lists columns that only the filter uses after the wanted ones", () => {
    expect(decodeQuery(writeQuery([title, count], 1, [equal("count", 1n)]))).toEqual({
      schema: ["title:utf8?", "count:int64?"],
      projection: [0],
      filter: "and(or(equal(#1,(5:1:-:int64?))))",
    });
    expect(
      columnsInFilter([equal("count", 1n), equal(["pair", "left"], 1), isNull("count")]),
    ).toEqual(["count", "pair"]);
  });

  it("may want no column at all", () => {
    expect(decodeQuery(writeQuery([], 0, [])).projection).toEqual([]);
  });

  it("numbers fields depth first, children included, and wants leaves", () => {
    expect(decodeQuery(writeQuery(nested, 5, [compareColumn("last", "greater", 2n)]))).toEqual({
      schema: [
        "first:int64?",
        "list:list?<item:int8?>",
        "map:map?<entries:map<key:utf8 value:float2?>>",
        "pair:struct?<left:int32? right:utf8?>",
        "last:int64?",
      ],
      projection: [0, 2, 5, 6, 8, 9, 10],
      filter: "and(or(greater(#10,(5:2:-:int64?))))",
    });
    expect(filterOf(nested, equal(["pair", "right"], "x"))).toBe(`and(or(equal(#9,${utf8("x")})))`);
  });

  const cases: readonly (readonly [condition: ColumnCondition, decoded: string])[] = [
    ...(["not_equal", "less", "less_equal", "greater", "greater_equal"] as const).map(
      (op) => [compareColumn("count", op, -7n), `or(${op}(#0,(5:-7:-:int64?)))`] as const,
    ),
    [equal("count", 0n), "or(equal(#0,(5:0:-:int64?)))"],
    [isOneOf("count", [1n, 2n]), "or(equal(#0,(5:1:-:int64?)),equal(#0,(5:2:-:int64?)))"],
    [
      isBetween("count", 1n, 3n),
      "or(and(greater_equal(#0,(5:1:-:int64?)),less_equal(#0,(5:3:-:int64?))))",
    ],
    [isNull("title"), "or(is_null(#1))"],
    [isPresent("title"), "or(is_valid(#1))"],
    [startsWith("title", "ab"), `or(and(greater_equal(#1,${utf8("ab")}),less(#1,${utf8("ac")})))`],
    [startsWith("title", ""), "or(is_valid(#1))"],
    [contains("title", "b%_"), `or(match_substring(#1,${utf8("b%_")}))`],
    [either(equal("title", "x"), isNull("title")), `or(equal(#1,${utf8("x")}),is_null(#1))`],
  ];
  for (const [condition, decoded] of cases)
    it(decoded, () => expect(filterOf([count, title], condition)).toBe(`and(${decoded})`));

  it("an upper end of a prefix may be no text at all", () => {
    expect(filterOf([title], startsWith("title", "\x7f"))).toContain("(22:80:-:utf8?)");
    expect(filterOf([title], startsWith("title", "ÿ"))).toContain("(22:c3c0:-:utf8?)");
  });

  it("all of several conditions", () => {
    expect(filterOf([count, title], equal("count", 1n), isNull("title"))).toBe(
      "and(or(equal(#0,(5:1:-:int64?))),or(is_null(#1)))",
    );
  });

  it("what the server can't do is refused before it is sent", () => {
    expect(() => isOneOf("count", [])).toThrow("empty");
    expect(() => either(isNull("count"), isNull("title"))).toThrow("different columns");
    expect(() => filterOf(nested, equal("list", 1))).toThrow("no predicate");
    expect(() => filterOf([count], equal("missing", 1n))).toThrow("missing");
  });
});

describe("a literal of each type", () => {
  const cases: readonly (readonly [
    name: string,
    type: Field["type"],
    value: Value,
    decoded: string,
  ])[] = [
    ["int8", COLUMN_TYPES.int8(), -5, "2:-5:-:int8?"],
    ["int16", COLUMN_TYPES.int16(), -300, "3:-300:-:int16?"],
    ["int32", COLUMN_TYPES.int32(), -70_000, "4:-70000:-:int32?"],
    [
      "int64 beyond 2^53",
      COLUMN_TYPES.int64(),
      -9_007_199_254_740_993n,
      "5:-9007199254740993:-:int64?",
    ],
    ["uint8", COLUMN_TYPES.uint8(), 255, "6:255:-:int8u?"],
    ["uint16", COLUMN_TYPES.uint16(), 65_535, "7:65535:-:int16u?"],
    ["uint32", COLUMN_TYPES.uint32(), 4_294_967_295, "8:4294967295:-:int32u?"],
    [
      "uint64",
      COLUMN_TYPES.uint64(),
      18_446_744_073_709_551_615n,
      "9:18446744073709551615:-:int64u?",
    ],
    ["float16", COLUMN_TYPES.float16(), 1.5, "16:15872:-:float0?"],
    ["float32", COLUMN_TYPES.float32(), 1.5, "17:1.5:-:float1?"],
    ["float64", COLUMN_TYPES.float64(), -0.1, "18:-0.1:-:float2?"],
    ["bool", COLUMN_TYPES.bool(), true, "1:true:-:bool?"],
    ["binary", COLUMN_TYPES.binary(), Uint8Array.of(0, 255), "23:00ff:-:binary?"],
    ["decimal", COLUMN_TYPES.decimal(10, 2), 125n, `15:7d${"00".repeat(15)}:-:decimal(10,2,128)?`],
    [
      "negative decimal",
      COLUMN_TYPES.decimal(10, 2),
      -1n,
      `15:${"ff".repeat(16)}:-:decimal(10,2,128)?`,
    ],
    ["date", COLUMN_TYPES.date(), 19_724, "10:19724:-:date0?"],
    ["time in s", COLUMN_TYPES.time(0, 32), 3723, "11:3723:-:time0,32?"],
    ["time in us", COLUMN_TYPES.time(2, 64), 3_723_000_004n, "11:3723000004:-:time2,64?"],
    [
      "timestamp in ms with a zone",
      COLUMN_TYPES.timestamp(1, "UTC"),
      1_704_164_645_006n,
      "12:1704164645006:-:timestamp1UTC?",
    ],
    [
      "vector",
      COLUMN_TYPES.vector(2),
      Float32Array.of(1, -2),
      "19:[(17:1:-:float1) (17:-2:-:float1)]:-:list?<-:float1>",
    ],
  ];
  for (const [name, type, value, decoded] of cases)
    it(name, () =>
      expect(filterOf([column("c", type)], equal("c", value))).toBe(
        `and(or(equal(#${name === "vector" ? 1 : 0},(${decoded}))))`,
      ),
    );
});
