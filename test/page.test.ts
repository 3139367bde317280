import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ROOT } from "./helpers/run.ts";

const WEB = join(ROOT, "dist/web");
const MAX_GZIP_BYTES = 60_000;

describe("the page of serve", () => {
  const files = readdirSync(WEB).map((name) => [name, readFileSync(join(WEB, name))] as const);

  it("is light", () => {
    const bytes = files.reduce((sum, [, content]) => sum + gzipSync(content).length, 0);
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining(["index.html", "embed.html", "page.js", "page.css"]),
    );
    expect(bytes).toBeLessThan(MAX_GZIP_BYTES);
  });

  it("asks no other host for anything, and runs no script that stands in it", () => {
    for (const [name, content] of files) {
      const text = content.toString("utf8");
      // Namespaces are names, not addresses that anything is asked of.
      const hosts = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([host]) => host);
      expect(
        hosts.filter((host) => host !== "http://www.w3.org"),
        name,
      ).toEqual([]);
      expect(text, name).not.toMatch(/<script>|<style|\son\w+="/);
    }
  });
});
