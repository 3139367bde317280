import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../test/helpers/run.ts";
import type { Sight } from "./file-cage.ts";
import { fileCage } from "./launcher.ts";

const reason = fileCage({ media: [], models: [] })
  ? null
  : "this system lets nobody have namespaces";
if (reason !== null) process.stderr.write(`the cage of files is not tested: ${reason}\n`);

/** Runs a script of Node in a cage, as code that took a decoder over would run. */
function inCage(sight: Sight, script: string): unknown {
  const cage = fileCage(sight);
  if (!cage) throw new Error("no cage");
  const [command = "", ...words] = [...cage, process.execPath, "-e", script];
  const { stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  return stderr === "" ? JSON.parse(stdout) : stderr;
}

/** What `act` gives for each path, or the system's word for why not. */
const tryEach = (act: string, paths: readonly string[]): string =>
  `const fs = require("node:fs");
   console.log(JSON.stringify(${JSON.stringify(paths)}.map((path) => {
     try { return ${act}; } catch (error) { return error.code; }
   })));`;

/** A home with keys, and media in it. */
function home(): { readonly folder: string; readonly key: string; readonly talk: string } {
  const folder = join(tempFolder(), "a home, with $(odd) 'quotes'");
  const [key, talk] = [join(folder, ".ssh/id_rsa"), join(folder, "talks/one.vtt")];
  for (const name of [".ssh", "talks", ".local"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(key, "secret");
  writeFileSync(talk, "WEBVTT");
  writeFileSync(join(folder, "diary.txt"), "private");
  return { folder, key, talk };
}

describe.skipIf(reason !== null)(`a cage of files${reason === null ? "" : ` (${reason})`}`, () => {
  it("shows the recordings and the runtime, and nothing else of the machine", () => {
    const { folder, key, talk } = home();
    const others = [key, join(folder, "diary.txt"), "/etc/passwd", `/proc/${process.pid}/root/etc`];
    const read = tryEach(`fs.statSync(path).isDirectory() || fs.readFileSync(path, "utf8")`, [
      talk,
      ...others,
    ]);
    expect(inCage({ media: [join(folder, "talks")], models: [] }, read)).toEqual([
      "WEBVTT",
      ...others.map(() => "ENOENT"),
    ]);
  });

  it("lets nothing be written or removed, and nobody out", () => {
    const { folder, talk } = home();
    const sight = { media: [join(folder, "talks")], models: [] };
    const more = join(folder, "talks/two.vtt");
    expect(inCage(sight, tryEach(`fs.writeFileSync(path, "")`, [talk, more]))).toEqual([
      "EROFS",
      "EROFS",
    ]);
    expect(inCage(sight, tryEach("fs.unlinkSync(path)", [talk]))).toEqual(["EROFS"]);
    expect(readFileSync(talk, "utf8")).toBe("WEBVTT");
    const escape = `
      const run = (...words) => require("node:child_process").spawnSync(words[0], words.slice(1)).status;
      console.log(JSON.stringify([
        run("/usr/bin/nsenter", "--mount=/proc/self/ns/mnt", "true"),
        run("/usr/bin/mount", "-t", "tmpfs", "none", "/tmp"),
        run("/usr/sbin/chroot", "/tmp", "/bin/true"),
      ].map((status) => status !== 0)));`;
    expect(inCage(sight, escape)).toEqual([true, true, true]);
  });

  it("covers the hidden folders of a home that is shown whole, but for recordings in them", () => {
    const { folder, key, talk } = home();
    const hidden = join(folder, ".local/talk.vtt");
    writeFileSync(hidden, "WEBVTT");
    const { HOME } = process.env;
    process.env["HOME"] = folder;
    onTestFinished(() => {
      process.env["HOME"] = HOME;
    });
    const read = tryEach(`fs.readFileSync(path, "utf8")`, [talk, key, hidden]);
    expect(inCage({ media: [folder], models: [] }, read)).toEqual(["WEBVTT", "ENOENT", "ENOENT"]);
    expect(inCage({ media: [folder, hidden], models: [] }, read)).toEqual([
      "WEBVTT",
      "ENOENT",
      "WEBVTT",
    ]);
    expect(existsSync(key)).toBe(true);
  });

  it("shows what a link of the user leads to, and a single file alone", () => {
    const { folder, talk } = home();
    const link = join(folder, "to-talks");
    symlinkSync(join(folder, "talks"), link);
    const other = join(folder, "talks/two.vtt");
    writeFileSync(other, "WEBVTT 2");
    const read = tryEach(`fs.readFileSync(path, "utf8")`, [join(link, "one.vtt"), talk, other]);
    expect(inCage({ media: [link], models: [] }, read)).toEqual(["WEBVTT", "WEBVTT", "WEBVTT 2"]);
    expect(inCage({ media: [talk], models: [] }, read)).toEqual(["ENOENT", "WEBVTT", "ENOENT"]);
  });
});
