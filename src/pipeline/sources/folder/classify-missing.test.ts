import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../../test/helpers/run.ts";
import { missingFileClassifier } from "./classify-missing.ts";
import { openVolumes } from "./volumes.ts";

const HOUR_MS = 3_600_000;
const none = openVolumes([], () => false);

describe("a file that is gone", () => {
  it("was deleted where its folder holds something else, or was emptied since", () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "a"));
    mkdirSync(join(folder, "b"));
    writeFileSync(join(folder, "a/other.mp3"), "");
    const classify = missingFileClassifier([folder], none);
    expect(classify({ id: join(folder, "a/gone.mp3"), indexedAtMs: Date.now() })).toBe("deleted");
    expect(classify({ id: join(folder, "b/gone.mp3"), indexedAtMs: Date.now() - HOUR_MS })).toBe(
      "deleted",
    );
    expect(classify({ id: join(folder, "whole/folder/gone.mp3"), indexedAtMs: Date.now() })).toBe(
      "deleted",
    );
    expect(classify({ id: join(folder, "a/other.mp3"), indexedAtMs: 1 })).toBe("there");
    expect(classify({ id: "/elsewhere/gone.mp3", indexedAtMs: 1 })).toBe("there");
  });

  it("is offline where its folder is as empty as before it was mounted, a link leads nowhere, or the root is gone", () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "disk"));
    utimesSync(join(folder, "disk"), new Date(), new Date(Date.now() - 2 * HOUR_MS));
    symlinkSync(join(folder, "unplugged"), join(folder, "link"));
    const classify = missingFileClassifier([folder], none);
    expect(classify({ id: join(folder, "disk/a.mp3"), indexedAtMs: Date.now() - HOUR_MS })).toBe(
      join(folder, "disk"),
    );
    expect(classify({ id: join(folder, "disk/deep/a.mp3"), indexedAtMs: Date.now() })).toBe(
      join(folder, "disk"),
    );
    expect(classify({ id: join(folder, "link/a.mp3"), indexedAtMs: Date.now() })).toBe(
      join(folder, "link"),
    );
    rmSync(folder, { recursive: true });
    expect(
      missingFileClassifier([folder], none)({ id: join(folder, "x/a.mp3"), indexedAtMs: 1 }),
    ).toBe(folder);
  });
});

describe("volumes", () => {
  it("that the system names and that are not mounted are missing, whatever lies in their place", () => {
    const mounted = new Set(["/srv/here"]);
    const volumes = openVolumes(["/srv/here", "/srv/away"], (folder) => mounted.has(folder));
    expect(volumes.missing("/srv/away/x/a.mp3")).toBe("/srv/away");
    expect(volumes.missing("/srv/here/a.mp3")).toBeUndefined();
    expect(volumes.missing("/srv/away-not/a.mp3")).toBeUndefined();
  });

  it("that had a folder of their own where sticks are mounted are missing when it is gone; a folder on a mounted stick is not", () => {
    expect(openVolumes([], () => false).missing("/media/nobody-here/stick/talks/a.mp3")).toBe(
      "/media/nobody-here/stick",
    );
    expect(openVolumes([], () => false).missing("/mnt/no-such-disk/a.mp3")).toBe(
      "/mnt/no-such-disk",
    );
    expect(
      openVolumes([], (folder) => folder === "/mnt/no-such-disk" || folder === "/mnt").missing(
        "/mnt/no-such-disk/a.mp3",
      ),
    ).toBeUndefined();
    expect(none.missing("/home/ada/gone/a.mp3")).toBeUndefined();
  });
});
