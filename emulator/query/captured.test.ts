import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { field, type Field } from "../arrow/field.ts";
import type { Table } from "../store/table.ts";
import { readQuery, type Query, type Term } from "./request.ts";

describe("query bodies that the real SDK made", () => {
  interface Captured {
    readonly name: string;
    readonly projection: readonly string[];
    readonly hex: string;
    readonly schema: readonly (readonly [name: string, type: string, nullable: boolean])[];
  }
  const captured = JSON.parse(
    readFileSync(new URL("../captured.json", import.meta.url), "utf8"),
  ) as readonly Captured[];
  const TYPES: Readonly<Record<string, Field>> = {
    float: field("", { kind: "float", bits: 32 }),
    double: field("", { kind: "float", bits: 64 }),
    string: field("s", { kind: "utf8" }),
    binary: field("", { kind: "binary" }),
    bool: field("", { kind: "bool" }),
    "decimal128(10, 2)": field("", { kind: "decimal", precision: 10, scale: 2, bits: 128 }),
    "date32[day]": field("", { kind: "date", unit: 0 }),
    "time32[s]": field("", { kind: "time", unit: 0, bits: 32 }),
    "time64[us]": field("", { kind: "time", unit: 2, bits: 64 }),
    "timestamp[s]": field("", { kind: "timestamp", unit: 0, zone: "" }),
    "timestamp[us]": field("", { kind: "timestamp", unit: 2, zone: "" }),
    "timestamp[ns]": field("", { kind: "timestamp", unit: 3, zone: "" }),
    "fixed_size_list<item: float not null>[3]": field("", { kind: "fixedList", size: 3 }, [
      field("item", { kind: "float", bits: 32 }, [], false),
    ]),
    "list<item: int8>": field("", { kind: "list" }, [
      field("item", { kind: "int", bits: 8, signed: true }),
    ]),
    "map<string, double>": field("", { kind: "map", sorted: false }, [
      field("entries", { kind: "struct" }, [
        field("key", { kind: "utf8" }),
        field("value", { kind: "float", bits: 64 }),
      ]),
    ]),
    "struct<p: int32, q: string>": field("", { kind: "struct" }, [
      field("p", { kind: "int", bits: 32, signed: true }),
      field("q", { kind: "utf8" }),
    ]),
  };
  const typeOf = (name: string): Field =>
    TYPES[name] ??
    field("", { kind: "int", bits: Number(/\d+/.exec(name)?.[0]), signed: !name.startsWith("u") });
  const tableOf = (schema: Captured["schema"]): Table => ({
    id: 1,
    nextColumn: 9,
    properties: "",
    sortKey: [],
    vectorIndex: undefined,
    projections: [],
    externalIds: false,
    chunks: [],
    columns: schema.map(([name, type, nullable], id) => ({
      id,
      field: { ...typeOf(type), name, nullable },
    })),
  });
  const textOf = (term: Term): string =>
    term.op === "and"
      ? `(${term.terms.map(textOf).join(" and ")})`
      : `${term.op} ${term.leaf.column.field.name}${term.leaf.path.map((i) => `.${i}`).join("")}${"value" in term ? ` ${valueText(term.value)}` : ""}`;
  const valueText = (value: unknown): string => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
    return Array.isArray(value) ? `[${value.map(valueText).join(" ")}]` : String(value);
  };
  const filterText = ({ filter }: Query): string =>
    filter.map((group) => group.map(textOf).join(" or ")).join(" & ");

  it("say what they were made from", () => {
    const said = Object.fromEntries(
      captured.map(({ name, hex, schema }) => [
        name,
        filterText(readQuery(Buffer.from(hex, "hex"), tableOf(schema))),
      ]),
    );
    expect(captured).toHaveLength(40);
    expect(said).toMatchObject({
      "no filter": "",
      "a/s zero": "equal a 0",
      "a/s isin 1,2,3": "equal a 1 or equal a 2 or equal a 3",
      "a/s between 1,3": "(greater_equal a 1 and less_equal a 3)",
      "a/s and of ors": "equal a 1 or equal a 2 & (greater_equal s x and less s y) or is_null s",
      "a/s startswith \\x7f": "(greater_equal s \x7f and less s \x80)",
      "a/s startswith empty": "is_valid s",
      "literal int8": "equal c -5",
      "literal float32": "equal c 1.5",
      "literal bool": "equal c 1",
      "literal decimal128(10,2)": "equal c 125",
      "literal binary": "equal c \x01\xff",
      "literal date32": "equal c 19724",
      "literal time32s": "equal c 3723",
      "literal time64us": "equal c 3723000004",
      "literal ts ns": "equal c 1704164645000006000",
      "literal fsl f32": "equal c.0 [1 2 3]",
      "nested all": "greater z 2",
      "struct field": "equal st.1 v",
    });
    const nested = captured.find(({ name }) => name === "nested all");
    const { projection } = readQuery(
      Buffer.from(nested?.hex ?? "", "hex"),
      tableOf(nested?.schema ?? []),
    );
    expect(projection.map(({ column, path }) => [column.field.name, ...path].join("."))).toEqual([
      "x",
      "l.0",
      "m.0.0",
      "m.0.1",
      "st.0",
      "st.1",
      "z",
    ]);
  });
});
