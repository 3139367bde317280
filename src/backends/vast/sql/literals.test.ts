import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnEmulator, type Spawned } from "../../../../emulator/spawn.ts";
import { type Client, connectClient } from "../wire/client.ts";
import { querySql } from "../wire/sql.ts";
import { toValues, type Value } from "../wire/values.ts";
import { listLiteral, nameLiteral, numberLiteral, textLiteral, vectorLiteral } from "./literals.ts";

const HOSTILE = [
  "'; DROP TABLE assets; --",
  "' OR '1'='1",
  "\\' OR 1=1 --",
  "''",
  "\\",
  "a\\b'c",
  "/* */ $$ $1 ? :x {{}}",
  "\n\r\t\u0001\u007f\u0085",
  "x' UNION SELECT '\u{1f309}",
  "\u2019\uff07",
];

describe("a literal of a text", () => {
  it("has nothing between its quotes that could end them, in any dialect", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...HOSTILE)), (text) => {
        const literal = textLiteral(text);
        // Two quotes are one letter; a part is quoted, or the number of a letter.
        const part = /(?:'(?:[^'\\\p{Cc}\p{Cs}]|'')*'|chr\(\d+\))/u.source;
        expect(literal).toMatch(new RegExp(`^(?:${part}|\\(${part}(?: \\|\\| ${part})*\\))$`, "u"));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("literals on the engine of the emulator", () => {
  let server: Spawned;
  let client: Client;
  beforeAll(async () => {
    server = await spawnEmulator();
    client = await connectClient({
      endpoint: server.url,
      accessKeyId: server.accessKey,
      secretAccessKey: server.secretKey,
      timeoutMs: 20_000,
    });
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  async function answer(select: string): Promise<readonly Value[]> {
    const values: Value[] = [];
    for await (const { columns } of querySql(client.session, `SELECT ${select}`))
      values.push(...columns.map((column) => toValues(column)[0]));
    return values;
  }

  it("come back as they are: texts, numbers, vectors, lists and names", async () => {
    const texts = [
      ...HOSTILE,
      ...fc.sample(fc.string({ unit: "binary" }), { numRuns: 300, seed: 7 }),
    ];
    expect(await answer(texts.map(textLiteral).join(", "))).toEqual(
      texts.map((text) => text.toWellFormed().replaceAll("\0", "\u{fffd}")),
    );
    const numbers = [0, -1, 1.5, -2.25e-9, 2 ** 40, 1e300];
    expect((await answer(numbers.map(numberLiteral).join(", "))).map(Number)).toEqual(numbers);
    const vector = Float32Array.of(0.1, -1e-8, 3e7, 1 / 3);
    expect(await answer(vectorLiteral(vector))).toEqual([vector]);
    expect(await answer(`${textLiteral("it's")} IN ${listLiteral(HOSTILE)}`)).toEqual([false]);
    expect(await answer(`${textLiteral("\\")} IN ${listLiteral(HOSTILE)}`)).toEqual([true]);
    expect(
      await answer(`n.${nameLiteral('a"b')} FROM (SELECT 5 AS ${nameLiteral('a"b')}) n`),
    ).toEqual([5]);
  });

  it("refuse what is no number", () => {
    expect(() => numberLiteral(Number.NaN)).toThrow("statement");
    expect(() => vectorLiteral(Float32Array.of(1, Infinity))).toThrow("statement");
  });
});
