import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, tempFolder } from "./helpers/run.ts";

interface Shipped {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Licences that let everybody pass the package on without conditions for their own work. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
]);
/** One that is allowed for what it is: a list of names, with its source named. */
const DATA: Readonly<Record<string, string>> = { "spdx-exceptions": "CC-BY-3.0" };

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const shipped = JSON.parse(read("dist/packages.json")) as readonly Shipped[];

describe("what the package carries of others", () => {
  it("is under licences of the list only", () => {
    expect(shipped.length).toBeGreaterThan(100);
    const others = shipped.filter(
      ({ name, licence }) => !ALLOWED.has(licence) && DATA[name] !== licence,
    );
    expect(others).toEqual([]);
  });

  it("has its licences beside it", () => {
    const text = read("dist/licences.txt");
    for (const { name, version, licence } of shipped)
      expect(text).toContain(`\n${name} ${version} (${licence})\n`);
    for (const words of [
      "Apache License",
      "Permission is hereby granted",
      "SQLite, in dist/sqlite",
    ])
      expect(text).toContain(words);
  });

  it("stands in the bill of materials, with digests and licences, and nothing else does", () => {
    const path = join(tempFolder(), "sbom.json");
    execFileSync(process.execPath, [join(ROOT, "scripts/sbom.js"), path]);
    const sbom = JSON.parse(readFileSync(path, "utf8")) as {
      bomFormat: string;
      components: {
        name: string;
        version: string;
        type: string;
        hashes?: unknown[];
        licenses?: { license: { id: string } }[];
      }[];
    };
    expect(sbom.bomFormat).toBe("CycloneDX");
    const listed = sbom.components.filter(({ type }) => type === "library");
    const ffmpeg = listed.filter(({ name }) => name.startsWith("@seydx/"));
    expect(listed.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(
      [...shipped, ...ffmpeg].map(({ name, version }) => `${name} ${version}`).sort(),
    );
    expect(listed.filter(({ hashes, licenses }) => !hashes?.length || !licenses?.length)).toEqual(
      [],
    );
    expect(ffmpeg.length).toBeGreaterThan(3);
    expect(new Set(ffmpeg.map(({ licenses }) => licenses?.[0]?.license.id))).toEqual(
      new Set(["GPL-3.0-or-later"]),
    );
  });
});
