import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelModule } from "../../../scripts/kernel.ts";
import { encode, encodeQuery, paddedRows, rowBytes, TILE_ROWS, toTiles } from "./vector-codes.ts";
import { FOUND_BYTES, openKernel } from "./vector-kernel.ts";

const DIMENSIONS = 300;
const ROWS = 50;
const vectorOf = (seed: number): Float32Array =>
  Float32Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(seed * 7 + i * (seed + 1)));

describe("the scan kernel", () => {
  it("is what its source gives", async () => {
    const committed = readFileSync(new URL("vector-kernel.wasm.ts", import.meta.url), "utf8");
    expect(committed).toBe(await kernelModule());
  });

  it("finds the rows of at least the wanted score, with the products that plain arithmetic gives", () => {
    const { tables, bias } = encodeQuery(vectorOf(ROWS));
    const width = rowBytes(DIMENSIONS);
    const codesAt = Math.ceil(tables.length / 16) * 16;
    const scalesAt = codesAt + paddedRows(ROWS) * width;
    const hitsAt = scalesAt + paddedRows(ROWS) * 4;
    const { memory, scan } = openKernel(hitsAt + paddedRows(ROWS) * FOUND_BYTES);
    new Uint8Array(memory.buffer, 0, tables.length).set(tables);
    const codes = new Uint8Array(ROWS * width);
    const scales = new Float32Array(memory.buffer, scalesAt, ROWS);
    for (let row = 0; row < ROWS; row++)
      scales[row] = encode(vectorOf(row), codes.subarray(row * width, (row + 1) * width));
    new Uint8Array(memory.buffer, codesAt).set(toTiles(codes, width));
    const scores = Array.from(scales, (scale, row) => {
      let sum = 0;
      for (let byte = 0; byte < width; byte++) {
        const signs = codes[row * width + byte] as number;
        sum +=
          (tables[byte * 32 + (signs & 15)] ?? 0) + (tables[byte * 32 + 16 + (signs >> 4)] ?? 0);
      }
      return Math.fround(Math.fround(scale) * Math.fround(sum + Math.fround(bias)));
    });
    const minScore = scores.toSorted((a, b) => b - a)[9] as number;
    const bytes = scan(
      0,
      codesAt,
      scalesAt,
      paddedRows(ROWS) / TILE_ROWS,
      width,
      bias,
      minScore,
      hitsAt,
    );
    const numbers = new Int32Array(memory.buffer, hitsAt, bytes / 4);
    const written = new Float32Array(memory.buffer, hitsAt, bytes / 4);
    const hits = Array.from({ length: bytes / FOUND_BYTES }, (_, i) => [
      numbers[i * 2],
      written[i * 2 + 1],
    ]);
    expect(hits).toEqual([...scores.entries()].filter(([, score]) => score >= minScore));
    expect(hits).toHaveLength(10);
  });
});
