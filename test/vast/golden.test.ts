import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../helpers/run.ts";

it("our query bodies say the same as those that VAST's SDK makes, for every operator and type of literal", () => {
  expect(
    execFileSync(
      process.execPath,
      [join(ROOT, "test/vast/golden.ts"), join(ROOT, "emulator/captured.json")],
      { encoding: "utf8" },
    ),
  ).toBe("40 of 40 bodies decode to the same request\n");
});
