import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Backend } from "../backend.ts";
import type { ScanElsewhere } from "../code-scan.ts";
import { openCodeScanner } from "./code-scanner.ts";
import { open } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "mediasearch-scanner-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DIMENSIONS = 16;
let state = 5;
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
function made(): Float32Array {
  const values = Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

async function libraryOf(path: string, names: readonly string[]): Promise<void> {
  const backend = await open({ path, create: true });
  for (const name of names)
    await backend.library.versions.commit(
      {
        id: name,
        sizeBytes: 1,
        mtimeMs: 1,
        fingerprint: name,
        sidecarKey: "",
        origin: "asr",
        engine: "e",
        language: "en",
        durationMs: 1000,
        segments: Array.from({ length: 700 }, (_, index) => ({
          index,
          startMs: index,
          endMs: index + 1,
          text: "",
          speaker: index % 3 === 0 ? "Ann" : "Tom",
          confidence: 1,
          vector: made(),
        })),
      },
      { embedder: "e", dimensions: DIMENSIONS },
    );
  await backend.close();
}

const hits = async ({ library }: Backend, vector: Float32Array, filter = {}): Promise<unknown> =>
  (await library.searchIndex.searchVector(vector, filter, 300)).map(
    ({ asset, segment, score }) => [asset, segment.index, score] as const,
  );

describe("codes that are scanned elsewhere", () => {
  it("give the hits that a connection finds by itself, of all files, of some, and of a speaker", async () => {
    const path = join(folder, "a.sqlite");
    await libraryOf(path, ["/a", "/b", "/c"]);
    const scanner = openCodeScanner();
    let scans = 0;
    const counted: ScanElsewhere = async (library, scan) => {
      scans++;
      return scanner.scan(library, scan);
    };
    const [alone, shared] = [
      await open({ path, create: false }),
      await open({ path, create: false, scanElsewhere: counted }),
    ];
    const query = made();
    for (const filter of [{}, { assets: new Set(["/b"]) }, { speaker: "Ann" }])
      // The third search of a connection finds its codes in memory.
      for (let time = 0; time < 3; time++)
        expect(await hits(shared, query, filter)).toEqual(await hits(alone, query, filter));
    expect(scans).toBeGreaterThanOrEqual(9);
    for (const { close } of [alone, shared]) await close();
    scanner.close();
  });

  it("are never those of another file that has taken the path", async () => {
    const [path, other] = [join(folder, "kept.sqlite"), join(folder, "other.sqlite")];
    await libraryOf(path, ["/kept"]);
    await libraryOf(other, ["/other"]);
    const scanner = openCodeScanner();
    const backend = await open({ path, create: false, scanElsewhere: scanner.scan });
    const query = made();
    const before = await hits(backend, query);
    renameSync(path, `${path}.away`);
    renameSync(other, path);
    const [alone, anew] = [
      await open({ path, create: false }),
      await open({ path, create: false, scanElsewhere: scanner.scan }),
    ];
    expect(await hits(anew, query)).toEqual(await hits(alone, query));
    expect(await hits(backend, query)).toEqual(before);
    for (const { close } of [backend, alone, anew]) await close();
    scanner.close();
  });
});
