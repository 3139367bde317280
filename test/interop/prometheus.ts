import { spawn, spawnSync, type SpawnSyncOptions } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mediasearch, ROOT } from "../helpers/run.ts";
import { startServe } from "../helpers/serve.ts";

const CACHE = join(ROOT, "node_modules/.cache/mediasearch-interop/prometheus");

/**
 * The folder with Debian's prometheus and promtool, fetched once; undefined where apt is missing.
 */
export function prometheusFolder(): string | undefined {
  const folder = join(CACHE, "usr/bin");
  if (existsSync(join(folder, "promtool"))) return folder;
  mkdirSync(CACHE, { recursive: true });
  const options: SpawnSyncOptions = { cwd: CACHE, stdio: ["ignore", 2, 2] };
  if (spawnSync("apt-get", ["download", "prometheus"], options).status !== 0) return undefined;
  const [file] = readdirSync(CACHE).filter((name) => name.endsWith(".deb"));
  return spawnSync("dpkg", ["-x", file ?? "", "."], options).status === 0 ? folder : undefined;
}

/** Metrics that must have moved once somebody has searched. */
const MOVING = [
  "mediasearch_http_requests_total",
  "mediasearch_http_request_duration_seconds_count",
  "mediasearch_search_duration_seconds_count",
  "mediasearch_search_hits_count",
  "mediasearch_search_empty_total",
  "mediasearch_read_wait_seconds_count",
  "mediasearch_auth_failures_total",
  "mediasearch_files",
  "mediasearch_segments",
  "mediasearch_library_bytes",
  "process_cpu_seconds_total",
];

/** promtool on the rules and the metrics; then a real Prometheus scrapes a real server. */
export async function runPrometheus(folder: string): Promise<boolean> {
  const promtool = (args: readonly string[], input = ""): boolean =>
    spawnSync(join(folder, "promtool"), args, { input, stdio: ["pipe", 2, 2] }).status === 0;
  const rules = join(ROOT, "ops/alerts.yml");
  if (!promtool(["check", "rules", rules])) return false;
  if (!promtool(["test", "rules", join(ROOT, "ops/alerts.test.yml")])) return false;
  const home = mkdtempSync(join(tmpdir(), "mediasearch-prometheus-"));
  try {
    writeFileSync(join(home, "a.vtt"), "WEBVTT\n\n00:00.000 --> 00:04.000\nAbout a harbour.\n");
    await mediasearch(["index", join(home, "a.vtt")], { home });
    const { stdout } = await mediasearch(["keys", "create", "--scopes", "all"], { home });
    const server = await startServe({ home, key: stdout.trim() });
    for (let i = 0; i < 20; i++) {
      await server.call("/v1/search?mode=keyword&q=harbour");
      await server.call("/v1/search?mode=keyword&q=nothing");
      await server.call("/v1/files", { key: "wrong" });
    }
    const text = await (await server.call("/metrics")).text();
    const file = join(home, "run.prom");
    await mediasearch(["index", join(home, "a.vtt"), "--metrics-file", file], { home });
    const isGood =
      promtool(["check", "metrics"], readFileSync(file, "utf8")) &&
      promtool(["check", "metrics"], text) &&
      (await scrape(folder, home, server.url, stdout.trim(), rules));
    await server.stop();
    return isGood;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function scrape(
  folder: string,
  home: string,
  url: string,
  key: string,
  rules: string,
): Promise<boolean> {
  const config = {
    global: { scrape_interval: "1s" },
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: "mediasearch",
        authorization: { credentials: key },
        static_configs: [{ targets: [new URL(url).host] }],
      },
    ],
  };
  writeFileSync(join(home, "prometheus.yml"), JSON.stringify(config));
  const address = "127.0.0.1:9391";
  const prometheus = spawn(
    join(folder, "prometheus"),
    [
      `--config.file=${join(home, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(home, "tsdb")}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: "ignore" },
  );
  try {
    const end = Date.now() + 60_000;
    let missing: readonly string[] = MOVING;
    while (missing.length > 0 && Date.now() < end) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 1000);
      });
      missing = (
        await Promise.all(
          MOVING.map(async (name) => ((await valueOf(address, name)) > 0 ? [] : [name])),
        )
      ).flat();
    }
    if (missing.length > 0) process.stderr.write(`did not move: ${missing.join(", ")}\n`);
    return missing.length === 0;
  } finally {
    prometheus.kill();
  }
}

async function valueOf(address: string, name: string): Promise<number> {
  const query = encodeURIComponent(`sum(${name})`);
  const answer = await fetch(`http://${address}/api/v1/query?query=${query}`).catch(
    () => undefined,
  );
  if (!answer?.ok) return 0;
  const { data } = (await answer.json()) as {
    readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  return Number(data.result[0]?.value[1] ?? 0);
}
