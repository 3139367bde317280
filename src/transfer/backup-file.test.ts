import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { MediasearchError } from "../errors.ts";
import { readBackup } from "./backup-file.ts";

const { signal } = new AbortController();
const content = Buffer.alloc(300_000_000);

const manifest = (body: Buffer, changes: object = {}) => ({
  createdAt: "2026-01-01T00:00:00.000Z",
  schema: 1,
  files: 1,
  segments: 1,
  embedder: null,
  sizeBytes: body.length,
  sha256: createHash("sha256").update(body).digest("hex"),
  ...changes,
});

function backupOf(head: string, body: Buffer): { path: string; library: string } {
  const folder = tempFolder();
  const path = join(folder, "a.backup");
  writeFileSync(path, gzipSync(Buffer.concat([Buffer.from(`${head}\n`), body]), { level: 1 }));
  return { path, library: join(folder, "library.sqlite") };
}

describe("a backup of somebody", () => {
  it.each([
    ["holds more than it declares", { sizeBytes: 1000 }, /more than it declares/],
    ["declares what no file of its size can hold", {}, /more than its size can hold/],
    ["declares nothing", { sizeBytes: undefined }, /description can't be read/],
    ["declares what is no number", { sizeBytes: "1e99" }, /description can't be read/],
    ["declares less than nothing", { sizeBytes: -1 }, /description can't be read/],
    ["has no digest", { sha256: "" }, /description can't be read/],
    ["is dated by a list", { createdAt: ["\u001b[31m"] }, /description can't be read/],
  ])("that %s is refused before it fills the disk", async (_what, changes, message) => {
    const head = `mediasearch backup 1\n${JSON.stringify(manifest(content, changes))}`;
    const { path, library } = backupOf(head, content);
    expect(statSync(path).size).toBeLessThan(2_000_000);
    await expect(readBackup(path, library, signal)).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(library)).toBe(false);
  });

  it("is read with a description that can be shown", async () => {
    const body = Buffer.from("library");
    const changes = { createdAt: "\u001b[31mnow\n", embedder: "m\u009b@1" };
    const { path, library } = backupOf(
      `mediasearch backup 1\n${JSON.stringify(manifest(body, changes))}`,
      body,
    );
    expect(await readBackup(path, library, signal)).toMatchObject({
      createdAt: "now",
      embedder: "m@1",
    });
  });

  it("is read or refused, whatever its beginning", async () => {
    const { path, library } = backupOf("", Buffer.alloc(0));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => `mediasearch backup 1\n${json}\nx`),
        ),
        async (text) => {
          writeFileSync(path, gzipSync(text));
          await expect(readBackup(path, library, signal)).rejects.toBeInstanceOf(MediasearchError);
        },
      ),
    );
    expect(existsSync(library)).toBe(false);
  });

  it("takes the place of nothing, and removes nothing that is not its own", async () => {
    const { path, library } = backupOf("", Buffer.alloc(0));
    writeFileSync(library, "mine");
    await expect(readBackup(path, library, signal)).rejects.toMatchObject({ code: "EEXIST" });
    expect(readFileSync(library, "utf8")).toBe("mine");
  });
});
