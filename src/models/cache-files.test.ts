import { spawnSync } from "node:child_process";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { cannotWrite, removeLeftovers, temporaryPath } from "./cache-files.ts";

const failure = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${path}`), { code, path });

describe("a file that is being written", () => {
  it("has a name of its own in every call", () => {
    expect(temporaryPath("/c/w.onnx")).toMatch(
      new RegExp(`^/c/w\\.onnx\\.${process.pid}-[0-9a-f]{8}\\.part$`),
    );
    expect(temporaryPath("/c/w.onnx")).not.toBe(temporaryPath("/c/w.onnx"));
  });

  it("is removed when its process is dead or has long been silent, and left alone otherwise", async () => {
    const folder = tempFolder();
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    for (const name of [
      `a.${dead}-00000000.part`,
      `b.${process.pid}-00000001.part`,
      `c.${process.pid}-00000002.part`,
      "d.onnx",
      "e.part",
    ])
      writeFileSync(join(folder, name), "half");
    const hourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(join(folder, `c.${process.pid}-00000002.part`), hourAgo, hourAgo);
    await removeLeftovers(folder);
    expect(readdirSync(folder).toSorted()).toEqual([
      `b.${process.pid}-00000001.part`,
      "d.onnx",
      "e.part",
    ]);
  });
});

describe("a disk in the way", () => {
  it("is told apart from the network, with the folder that can be set", () => {
    expect(cannotWrite(failure("EACCES", "/c/tiny"), "tiny", "/c")).toMatchObject({
      code: "MISSING_MODEL",
      subject: "/c/tiny",
      hint: "MEDIASEARCH_CACHE=FOLDER mediasearch models pull tiny",
    });
    expect(cannotWrite(failure("EACCES", "/home/.npm/_cacache"), "tiny", "/c")?.hint).toBe(
      "npm_config_cache=FOLDER mediasearch models pull tiny",
    );
    expect(cannotWrite(failure("ENOSPC", "/c/tiny"), "tiny", "/c")).toMatchObject({
      code: "NO_SPACE",
      hint: "MEDIASEARCH_CACHE=FOLDER mediasearch models pull tiny",
    });
    expect(cannotWrite(failure("ECONNRESET", "/"), "tiny", "/c")).toBeNull();
    expect(cannotWrite("SIGINT", "tiny", "/c")).toBeNull();
  });
});
