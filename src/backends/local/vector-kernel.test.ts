import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelModule } from "../../../scripts/kernel.ts";
import { encode, encodeQuery, groupsOf, rowBytes } from "./vector-codes.ts";
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
    const { values, bias } = encodeQuery(vectorOf(ROWS));
    const [width, groups] = [rowBytes(DIMENSIONS), groupsOf(DIMENSIONS)];
    const codesAt = groups * 256;
    const scalesAt = codesAt + ROWS * width;
    const hitsAt = scalesAt + ROWS * 4;
    const { memory, scan } = openKernel(hitsAt + ROWS * FOUND_BYTES);
    new Int16Array(memory.buffer, 0, values.length).set(values);
    const codes = new Uint8Array(memory.buffer, codesAt, ROWS * width);
    const scales = new Float32Array(memory.buffer, scalesAt, ROWS);
    for (let row = 0; row < ROWS; row++)
      scales[row] = encode(vectorOf(row), codes.subarray(row * width, (row + 1) * width));
    const scores = Array.from(scales, (scale, row) => {
      const sum = values.reduce((total, value, i) => {
        const byte = codes[row * width + (i >> 5) * 16 + (i & 15)] as number;
        return total + value * ((i & 16) === 0 ? byte & 15 : byte >> 4);
      }, 0);
      return Math.fround(Math.fround(scale) * Math.fround(sum - bias));
    });
    const minScore = scores.toSorted((a, b) => b - a)[9] as number;
    const bytes = scan(0, codesAt, scalesAt, ROWS, groups, bias, minScore, hitsAt);
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
