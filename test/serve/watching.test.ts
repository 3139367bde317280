import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { mediasearch, ROOT } from "../helpers/run.ts";
import { startServe } from "../helpers/serve.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-watching-"));
const media = join(home, "media");
mkdirSync(media);
writeFileSync(join(media, "a.vtt"), "WEBVTT\n\n00:00.000 --> 00:04.000\nAbout a harbour.\n");
writeFileSync(join(media, "broken.mp4"), "this is no film");
afterAll(() => rmSync(home, { recursive: true, force: true }));

const valueOf = (text: string, series: string): number | undefined => {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
};

describe("an index run with --metrics-file", () => {
  const file = join(home, "run.prom");
  const index = (...args: readonly string[]) =>
    mediasearch(["index", ...args, "--metrics-file", file], { home });

  it("leaves its figures, whole, for the textfile collector", async () => {
    const beganAt = Date.now() / 1000;
    expect((await index(media)).exitCode).toBe(3);
    const text = readFileSync(file, "utf8");
    for (const [series, value] of [
      ['mediasearch_run_files{outcome="indexed"}', 1],
      ['mediasearch_run_files{outcome="failed"}', 1],
      ["mediasearch_run_found_files", 2],
      ["mediasearch_run_segments", 1],
      ["mediasearch_run_audio_seconds", 4],
      ["mediasearch_run_success", 1],
    ] as const)
      expect([series, valueOf(text, series)]).toEqual([series, value]);
    expect(valueOf(text, "mediasearch_run_start_time_seconds")).toBeGreaterThan(beganAt - 1);
    expect(valueOf(text, "mediasearch_run_end_time_seconds")).toBeGreaterThan(beganAt);
    expect(readdirSync(home).filter((name) => name.startsWith(".unfinished"))).toEqual([]);
  });

  it("says that it did not come to its end", async () => {
    expect((await index(media, "--store", media)).exitCode).not.toBe(0);
    const text = readFileSync(file, "utf8");
    expect(valueOf(text, "mediasearch_run_success")).toBe(0);
    expect(valueOf(text, "mediasearch_run_end_time_seconds")).toBeGreaterThan(0);
  });

  it("ends before it begins where the file can't be written", async () => {
    const nowhere = join(home, "no/such/folder/run.prom");
    const { exitCode, stderr } = await mediasearch(["index", media, "--metrics-file", nowhere], {
      home,
    });
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(nowhere)]);
  });
});

describe("the dashboard and the alerts", () => {
  it("ask for metrics that there are", async () => {
    await mediasearch(["index", media, "--metrics-file", join(home, "run.prom")], { home });
    const { stdout } = await mediasearch(["keys", "create", "--scopes", "all", "--json"], { home });
    const { key } = JSON.parse(stdout) as { readonly key: string };
    const server = await startServe({ home, key });
    await server.call("/v1/search?q=harbour&mode=keyword");
    await server.call("/v1/search?q=nothing&mode=keyword");
    const metrics = await (await server.call("/metrics")).text();
    await server.stop();
    const told = new Set(
      [
        ...`${metrics}${readFileSync(join(home, "run.prom"), "utf8")}`.matchAll(/^# TYPE (\S+)/gm),
      ].map(([, name]) => name),
    );
    const { panels } = JSON.parse(readFileSync(join(ROOT, "ops/grafana.json"), "utf8")) as {
      readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
    };
    const asked = [
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      readFileSync(join(ROOT, "ops/alerts.yml"), "utf8"),
    ].join("\n");
    const names = [...asked.matchAll(/\b(?:mediasearch|process|nodejs)_[a-z_]+\b/g)].map(([name]) =>
      name.replace(/_(?:bucket|count|sum)$/, ""),
    );
    expect(new Set(names).size).toBeGreaterThan(20);
    // Only a cluster's library has a copy.
    const missing = [...new Set(names)].filter(
      (name) => !told.has(name) && name !== "mediasearch_replica_age_seconds",
    );
    expect(missing).toEqual([]);
    expect(valueOf(metrics, "mediasearch_http_requests_in_flight")).toBe(1);
    expect(valueOf(metrics, 'mediasearch_library_disk_bytes{kind="free"}')).toBeGreaterThan(0);
  });
});
