import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { privateTemporaryFolder } from "./private-folder.ts";

let shared: string;
beforeEach(() => {
  shared = mkdtempSync(join(tmpdir(), "mediasearch-private-"));
  chmodSync(shared, 0o1777);
  vi.stubEnv("TMPDIR", shared);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(shared, { recursive: true, force: true });
});

// The folder of the cache is tested with the whole program: test/compile-cache.test.ts.
describe.runIf(process.platform === "linux")("a private folder in the temporary folder", () => {
  it("is its user's alone, and the same each time", () => {
    const folder = privateTemporaryFolder("runtime") ?? "";
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(privateTemporaryFolder("runtime")).toBe(folder);
  });

  it("is none where a link has its name, whatever that leads to", () => {
    const folder = privateTemporaryFolder("runtime") ?? "";
    rmSync(folder, { recursive: true });
    mkdirSync(join(shared, "own"), { mode: 0o700 });
    symlinkSync(join(shared, "own"), folder);
    expect(privateTemporaryFolder("runtime")).toBeUndefined();
  });

  it("is none where others can write it, or rename what lies in the temporary folder", () => {
    chmodSync(privateTemporaryFolder("runtime") ?? "", 0o777);
    expect(privateTemporaryFolder("runtime")).toBeUndefined();
    chmodSync(shared, 0o777);
    expect(privateTemporaryFolder("other")).toBeUndefined();
  });
});
