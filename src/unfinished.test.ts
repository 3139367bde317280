import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../test/helpers/run.ts";
import {
  moveIntoPlace,
  sweepUnfinished,
  unfinishedPath,
  withUnfinishedFolder,
  writeWhole,
  writeWholeSync,
} from "./unfinished.ts";

let folder: string;
let victim: string;
beforeEach(() => {
  folder = tempFolder();
  victim = join(tempFolder(), "victim");
  writeFileSync(victim, "precious");
});
const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith(".unfinished"));
/** A name as this process makes them, of a process that nobody has. */
const ofDeadProcess = (): string => unfinishedPath(folder).replace(`-${process.pid}-`, "-4194305-");

describe("a file that is written whole", () => {
  it("replaces a link and never follows it, and leaves nothing else", async () => {
    symlinkSync(victim, join(folder, "a"));
    symlinkSync(victim, join(folder, "b"));
    expect(await writeWhole(join(folder, "a"), "new", { mode: 0o600 })).toBe(true);
    writeWholeSync(join(folder, "b"), "new", 0o600);
    expect(readFileSync(victim, "utf8")).toBe("precious");
    for (const name of ["a", "b"]) {
      expect(readFileSync(join(folder, name), "utf8")).toBe("new");
      expect(lstatSync(join(folder, name)).mode & 0o177_777).toBe(0o100_600);
    }
    expect(left()).toEqual([]);
  });

  it("leaves whatever is there when it is to be a new one", async () => {
    symlinkSync(join(folder, "nowhere"), join(folder, "a"));
    expect(await writeWhole(join(folder, "a"), "new", { replace: false })).toBe(false);
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
    writeFileSync(join(folder, "b"), "b");
    expect(await moveIntoPlace(join(folder, "b"), victim, false)).toBe(false);
    expect([readFileSync(victim, "utf8"), left()]).toEqual(["precious", []]);
  });

  it("is not there when its content fails on the way", async () => {
    async function* content(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("no more");
    }
    await expect(writeWhole(join(folder, "a"), content())).rejects.toThrow("no more");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("names of unfinished things", () => {
  it("are never the same and hold 64 bits that nobody knows", () => {
    const names = Array.from({ length: 100 }, () => unfinishedPath(folder));
    expect(new Set(names.map((name) => name.slice(-16))).size).toBe(100);
  });

  it("stand for folders of this user alone, which are gone afterwards", async () => {
    const path = await withUnfinishedFolder(folder, async (own) => {
      expect(statSync(own).mode & 0o777).toBe(0o700);
      writeFileSync(join(own, "x"), "");
      return own;
    });
    expect([existsSync(path), left()]).toEqual([false, []]);
  });
});

describe("what a killed process left", () => {
  it("is removed, and only that", async () => {
    const dead = ofDeadProcess();
    mkdirSync(dead);
    writeFileSync(join(dead, "x"), "");
    const own = unfinishedPath(folder);
    const elsewhere = ofDeadProcess().replace(/-[0-9a-f]{8}-/, "-00000000-");
    const old = ofDeadProcess().replace(/-[0-9a-f]{8}-/, "-11111111-");
    for (const path of [own, elsewhere, old, join(folder, ".unfinished-business")])
      writeFileSync(path, "");
    utimesSync(old, 1, 1);
    await sweepUnfinished(folder);
    expect([dead, old].map((path) => existsSync(path))).toEqual([false, false]);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it.runIf(process.geteuid?.() === 0)("stays when it is another user's", async () => {
    const { chownSync } = await import("node:fs");
    const theirs = ofDeadProcess();
    mkdirSync(theirs);
    chownSync(theirs, 12_345, 12_345);
    await sweepUnfinished(folder);
    expect(existsSync(theirs)).toBe(true);
  });
});
