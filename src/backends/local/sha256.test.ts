import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sha256 } from "./sha256.ts";

it("is what Node's is, for texts of every length to beyond two blocks", () => {
  for (let length = 0; length < 150; length++) {
    const text = "aé\u{1d11e}\0b".repeat(40).slice(0, length);
    expect(sha256(text).toString("hex")).toBe(createHash("sha256").update(text).digest("hex"));
  }
});
