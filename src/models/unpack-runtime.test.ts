import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unfinishedPath } from "../unfinished.ts";
import { runtime } from "./runtime-folder.ts";
import { unpack, unpackRuntime } from "./unpack-runtime.ts";

const TARGET = `${process.platform}-${process.arch}`;
const FILES: Readonly<Record<string, string>> = {
  "binding.node": "the binding",
  "library.so": "the library ".repeat(1000),
};

let work: string;
let packed: string;
let place: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "mediasearch-unpack-"));
  packed = join(work, "packed");
  place = join(work, "place");
  mkdirSync(join(packed, TARGET), { recursive: true });
  mkdirSync(place);
  pack("1.0.0");
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function pack(version: string): void {
  const files = Object.entries(FILES).map(([name, text]) => {
    writeFileSync(join(packed, TARGET, `${name}.br`), brotliCompressSync(text));
    const digest = createHash("sha256").update(text).digest("hex");
    return { name, sizeBytes: Buffer.byteLength(text), digest };
  });
  const platforms = { [TARGET]: files };
  writeFileSync(join(packed, "manifest.json"), JSON.stringify({ version, platforms }));
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );

describe("the packed runtime", () => {
  it.skipIf(process.platform === "win32")("is its user's alone", async () => {
    const folder = await unpack(packed, place);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it("is unpacked once", async () => {
    const folder = await unpack(packed, place);
    expect(contents(folder)).toEqual(FILES);
    const { ino } = statSync(join(folder, "library.so"));
    expect(await unpack(packed, place)).toBe(folder);
    expect(statSync(join(folder, "library.so")).ino).toBe(ino);
  });

  it("is unpacked whole by several processes at once, which leave nothing else", async () => {
    const folders = await Promise.all(Array.from({ length: 8 }, () => unpack(packed, place)));
    expect(new Set(folders).size).toBe(1);
    expect(contents(folders[0] ?? "")).toEqual(FILES);
    expect(readdirSync(place)).toHaveLength(1);
  });

  it("is unpacked anew where a file is cut or gone", async () => {
    const folder = await unpack(packed, place);
    writeFileSync(join(folder, "library.so"), "the lib");
    expect(contents(await unpack(packed, place))).toEqual(FILES);
    rmSync(join(folder, "binding.node"));
    expect(contents(await unpack(packed, place))).toEqual(FILES);
  });

  it("is kept beside another version, and removed when it is old", async () => {
    const first = await unpack(packed, place);
    pack("2.0.0");
    const second = await unpack(packed, place);
    expect([existsSync(first), existsSync(second)]).toEqual([true, true]);
    utimesSync(first, 0, 0);
    pack("3.0.0");
    await unpack(packed, place);
    expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
  });

  it("is unpacked where what killed processes left goes, and what can't be removed stays", async () => {
    const ofDeadProcess = unfinishedPath(place).replace(`-${process.pid}-`, "-4194305-");
    const ofThisProcess = unfinishedPath(place);
    const stuck = join(place, "onnxruntime-0.0.1");
    for (const folder of [ofDeadProcess, ofThisProcess, stuck]) mkdirSync(folder);
    writeFileSync(join(stuck, "library.so"), "in use");
    // Root may remove it all the same.
    chmodSync(stuck, 0o500);
    utimesSync(stuck, 0, 0);
    try {
      expect(contents(await unpack(packed, place))).toEqual(FILES);
      expect([existsSync(ofDeadProcess), existsSync(ofThisProcess)]).toEqual([false, true]);
    } finally {
      if (existsSync(stuck)) chmodSync(stuck, 0o700);
    }
  });

  it("is never used when it is not what was packed", async () => {
    const path = join(packed, TARGET, "library.so.br");
    const spoil: readonly (readonly [string | Buffer, RegExp])[] = [
      [brotliCompressSync((FILES["library.so"] ?? "").replace("the", "teh")), /another SHA-256/],
      [brotliCompressSync("x".repeat(1_000_000)), /damaged/],
      ["not Brotli", /damaged/],
    ];
    for (const [bytes, message] of spoil) {
      writeFileSync(path, bytes);
      await expect(unpack(packed, place)).rejects.toMatchObject({
        code: "MISSING_TOOL",
        message: expect.stringMatching(message),
      });
      expect(readdirSync(place)).toEqual([]);
    }
  });

  it("says where there is none for this machine", async () => {
    writeFileSync(
      join(packed, "manifest.json"),
      JSON.stringify({ version: "1.0.0", platforms: { "aix-ppc64": [] } }),
    );
    await expect(unpack(packed, place)).rejects.toMatchObject({
      code: "MISSING_TOOL",
      message: `onnxruntime 1.0.0 has no build for ${process.platform} on ${process.arch}`,
      hint: "use one of aix-ppc64",
    });
  });

  it("lies in a folder of this process where no other is safe", async () => {
    const folder = await unpack(packed, undefined);
    expect(contents(folder)).toEqual(FILES);
    expect(folder.startsWith(tmpdir())).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

describe("the runtime of a worker", () => {
  it("is where the main process says, which is asked until it knows", async () => {
    const answers = [new Error("disk full"), "/there", "/elsewhere"];
    runtime.provide = async () => {
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next ?? "";
    };
    await expect(unpackRuntime()).rejects.toThrow("disk full");
    expect(await Promise.all([unpackRuntime(), unpackRuntime()])).toEqual(["/there", "/there"]);
    expect(runtime.folder).toBe("/there");
  });
});
