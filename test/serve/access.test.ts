import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { mediasearch } from "../helpers/run.ts";
import { type ServedLibrary, startServe } from "../helpers/serve.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-serve-access-"));
let admin: string;
let server: ServedLibrary;

type Json = Readonly<Record<string, unknown>>;
const newKey = async (...flags: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await mediasearch(["keys", "create", "--json", ...flags], { home });
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly key: string }).key;
};
const auditOf = async (from: ServedLibrary): Promise<readonly Json[]> => {
  const { entries } = (await (await from.call("/v1/audit?limit=10000")).json()) as {
    readonly entries: readonly Json[];
  };
  return entries;
};
const signIn = (key: string): Promise<Response> =>
  server.call("/v1/session", {
    method: "POST",
    key: null,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key }),
  });

beforeAll(async () => {
  mkdirSync(join(home, "media"));
  writeFileSync(
    join(home, "media/talk.vtt"),
    "WEBVTT\n\n00:00.000 --> 00:04.000\nThe bridge budget was closed.\n",
  );
  await mediasearch(["index", join(home, "media")], { home });
  admin = await newKey("--scopes", "all");
  server = await startServe({ home, key: admin });
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The status of an answer to a request with a Host header of one's own. */
const statusByHost = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });

describe("access to mediasearch serve", () => {
  it("keeps in the audit who signed in, and what signed nobody in", async () => {
    const key = await newKey("--name", "reader", "--scopes", "search");
    expect((await signIn(key)).status).toBe(201);
    await fetch(server.signInUrl, { redirect: "manual" });
    await fetch(server.signInUrl, { redirect: "manual" });
    const entries = (await auditOf(server)).map(({ action, route, status, who }) => ({
      action,
      route,
      status,
      who,
    }));
    const byLink = { route: "GET /signin/link", status: 303 };
    expect(entries.filter(({ route }) => /sign|session/.test(String(route)))).toEqual([
      {
        action: "sign-in",
        route: "POST /v1/session",
        status: 201,
        who: `key:${key.split("_")[1]}`,
      },
      { ...byLink, action: "sign-in", who: "person:local" },
      { ...byLink, action: "refused", who: "nobody" },
    ]);
  });

  it("answers probes by address", async () => {
    for (const path of ["/health/live", "/health/ready", "/health", "/ready"])
      expect([path, await statusByHost(server.url + path, "10.1.2.3:7311")]).toEqual([path, 200]);
    expect(await statusByHost(`${server.url}/v1/status`, "10.1.2.3:7311")).toBe(421);
  });

  it("counts refused requests by address, and keeps no more of them than that", async () => {
    const limited = await startServe({ home, key: admin, env: { SERVE_RATE: "5" } });
    onTestFinished(async () => void (await limited.stop()));
    // The server of the other tests may still write what it refused earlier.
    const since = Date.now();
    const statuses: unknown[] = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await limited.call("/v1/files", { key: "ms_000000000000_x" })).status);
    statuses.push(await statusByHost(`${limited.url}/`, "evil.example"));
    for (let i = 0; i < 3; i++)
      statuses.push((await limited.call("/v1/files", { key: null })).status);
    statuses.push(await statusByHost(`${limited.url}/v1/status`, "evil.example"));
    expect(statuses).toEqual([401, 401, 401, 401, 421, 429, 429, 429, 429]);
    // A key has a share of its own, which guesses by others do not use up.
    const refused = (await auditOf(limited)).filter(
      ({ action, at }) => action === "refused" && Date.parse(String(at)) >= since,
    );
    expect(refused).toHaveLength(5);
  });
});
