import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
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

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}
interface Sent {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly spans: readonly SentSpan[];
  readonly text: string;
}

/** A collector of OpenTelemetry, as far as taking traces goes. */
async function startCollector(): Promise<{ readonly url: string; readonly sent: Sent[] }> {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => {
      const { resourceSpans } = JSON.parse(text) as {
        readonly resourceSpans: readonly {
          readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
        }[];
      };
      const spans = resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((scope) => scope.spans),
      );
      sent.push({ headers: { ...request.headers, path: request.url }, spans, text });
      response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent };
}

describe("traces", () => {
  const headers = "authorization=Bearer%20secret-of-the-collector";

  it("tell of requests, as parts of what called them, without queries and keys", async () => {
    const { url, sent } = await startCollector();
    const { stdout } = await mediasearch(["keys", "create", "--scopes", "all", "--json"], { home });
    const { key } = JSON.parse(stdout) as { readonly key: string };
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: headers };
    const server = await startServe({ home, key, env });
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    await server.call("/v1/search?q=harbour&mode=keyword", {
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    await server.stop();
    const span = sent.flatMap(({ spans }) => spans).find(({ name }) => name === "GET /v1/search");
    expect(span).toMatchObject({ traceId, parentSpanId: "00f067aa0ba902b7", kind: 2 });
    expect(span?.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(BigInt(span?.endTimeUnixNano ?? 0) > BigInt(span?.startTimeUnixNano ?? 0)).toBe(true);
    expect(span?.attributes).toContainEqual({ key: "mediasearch.hits", value: { intValue: "1" } });
    const parts = sent
      .flatMap(({ spans }) => spans)
      .filter(({ parentSpanId }) => parentSpanId === span?.spanId);
    expect(parts.map(({ name }) => name).toSorted()).toEqual(["search rank", "search words"]);
    for (const part of parts) {
      expect(part.traceId).toBe(traceId);
      expect(BigInt(part.endTimeUnixNano) >= BigInt(part.startTimeUnixNano)).toBe(true);
    }
    expect(sent[0]?.headers).toMatchObject({
      path: "/v1/traces",
      authorization: "Bearer secret-of-the-collector",
    });
    expect(sent.map(({ text }) => text).join("")).not.toMatch(/harbour|ms_/);
    expect(server.log().find(({ route }) => route === "/v1/search")).toMatchObject({ traceId });
    expect(JSON.stringify(server.log())).not.toContain("secret-of-the-collector");
  });

  it("tell of runs and their files", async () => {
    const { url, sent } = await startCollector();
    const folder = join(home, "more");
    mkdirSync(folder);
    writeFileSync(join(folder, "b.vtt"), "WEBVTT\n\n00:00.000 --> 00:04.000\nA lighthouse.\n");
    await mediasearch(["index", folder], { home, env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } });
    const spans = sent.flatMap((one) => one.spans);
    const run = spans.find(({ name }) => name === "index run");
    expect(run?.attributes).toContainEqual({
      key: "mediasearch.indexed",
      value: { intValue: "1" },
    });
    expect(spans.find(({ name }) => name === "index file")).toMatchObject({
      traceId: run?.traceId,
      parentSpanId: run?.spanId,
      attributes: expect.arrayContaining([
        { key: "mediasearch.file", value: { stringValue: "b.vtt" } },
        { key: "mediasearch.outcome", value: { stringValue: "indexed" } },
      ]),
    });
  });

  it("that nobody takes hold nothing up, and are told once", async () => {
    const { exitCode, stderr } = await mediasearch(["index", join(home, "more")], {
      home,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
    });
    expect(exitCode).toBe(0);
    expect(stderr.match(/traces are lost/g)).toHaveLength(1);
  });
});
