import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { ROOT } from "./helpers/run.ts";

const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe("the examples of ops/", () => {
  it("are YAML that parses, each with a kind or groups", () => {
    const files = globSync("ops/*.{yaml,yml}", { cwd: ROOT });
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files)
      for (const document of parseAllDocuments(text(file))) {
        expect(document.errors, file).toEqual([]);
        expect(Object.keys(document.toJS()), file).toContainEqual(
          expect.stringMatching(/^(kind|groups|rule_files|tests)$/),
        );
      }
  });

  it("scale by metrics that there are, and by the number of the documents", () => {
    const [keda, hpa] = [text("ops/keda.yaml"), text("ops/hpa.yaml")];
    const metrics = text("src/server/metrics/server-metrics.ts");
    for (const [name] of keda.matchAll(/mediasearch_[a-z_]+(?=\))/g))
      expect(metrics).toContain(`"${name}"`);
    expect(text("docs/operations.md")).toContain("1 × 2 × 12 × 60 / 30 = 48");
    expect(keda.match(/hreshold: "48"/g)).toHaveLength(2);
    expect(hpa).toContain('averageValue: "48"');
  });
});
