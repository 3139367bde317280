import { describe, expect, it } from "vitest";
import { encode, encodeQuery, rowBytes, rowOfTiles, toTiles } from "./vector-codes.ts";

let state = 1;
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/** What the kernel computes. */
function estimated(query: Float32Array, row: Uint8Array, scale: number): number {
  const { tables, bias, factor } = encodeQuery(query);
  const sum = row.reduce(
    (total, signs, byte) =>
      total +
      (tables[byte * 32 + (signs & 15)] ?? 0) +
      (tables[byte * 32 + 16 + (signs >> 4)] ?? 0),
    0,
  );
  return ((sum + bias) * scale) / factor;
}

describe("codes", () => {
  it.each([1, 4, 31, 33, 128, 384, 1000])(
    "of %i dimensions estimate the inner product, and exactly that of a vector with itself",
    (dimensions) => {
      const row = new Uint8Array(rowBytes(dimensions));
      for (let n = 0; n < 20; n++) {
        const [vector, other] = [0, 0].map(() =>
          Float32Array.from({ length: dimensions }, () => normal() * 3),
        ) as [Float32Array, Float32Array];
        const scale = encode(vector, row);
        const estimate = (query: Float32Array): number => estimated(query, row, scale);
        const product = vector.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
        const length = Math.hypot(...vector);
        expect(Math.abs(estimate(vector) / length ** 2 - 1)).toBeLessThan(0.01);
        // Four times the deviation that one bit has: √(π/2 − 1) / √dimensions.
        expect(Math.abs(estimate(other) - product) / (length * Math.hypot(...other))).toBeLessThan(
          3 / Math.sqrt(dimensions),
        );
      }
    },
  );

  it("of a vector with few values besides zero are right for itself", () => {
    const vector = new Float32Array(384);
    vector[17] = 1;
    const row = new Uint8Array(rowBytes(384));
    const scale = encode(vector, row);
    expect(Math.abs(estimated(vector, row, scale) - 1)).toBeLessThan(0.01);
  });

  it("of nothing but zeros estimate nothing", () => {
    const row = new Uint8Array(rowBytes(384));
    expect(encode(new Float32Array(384), row)).toBe(0);
  });

  it("stand in tiles, and each is read back", () => {
    const width = rowBytes(100);
    const rows = Uint8Array.from({ length: 37 * width }, () => Math.floor(random() * 256));
    const tiles = toTiles(rows, width);
    expect(tiles).toHaveLength(48 * width);
    for (let row = 0; row < 37; row++)
      expect(rowOfTiles(tiles, row, width)).toEqual(rows.slice(row * width, (row + 1) * width));
  });
});
