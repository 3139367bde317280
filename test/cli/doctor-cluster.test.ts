import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Spawned, spawnEmulator } from "../../emulator/spawn.ts";
import { dropTable } from "../../src/backends/vast/wire/catalog.ts";
import { connectClient } from "../../src/backends/vast/wire/client.ts";
import { doctor } from "../helpers/doctor.ts";
import { captionLibrary } from "../helpers/caption-library.ts";
import { mediasearch, tempFolder } from "../helpers/run.ts";
import { type S3Server, startS3 } from "../helpers/s3.ts";

interface ReadinessItem {
  readonly item: string;
  readonly status: string;
  readonly found: string;
}

let cluster: Spawned;
let s3: S3Server;
beforeAll(async () => {
  [cluster, s3] = await Promise.all([spawnEmulator(), startS3()]);
});
afterAll(() => Promise.all([cluster.stop(), s3.stop()]));

const keys = (): Record<string, string> => ({
  VAST_ENDPOINT: cluster.url,
  VAST_ACCESS_KEY_ID: cluster.accessKey,
  VAST_SECRET_ACCESS_KEY: cluster.secretKey,
  VAST_DATABASE_BUCKET: cluster.bucket,
});

describe("doctor --backend vast", () => {
  it("goes from the name to a write that is rolled back, and leaves nothing", async () => {
    const { exitCode, checks, all } = await doctor(keys(), "--backend", "vast");
    expect(exitCode, all).toBe(0);
    const vast = checks.filter(({ check }) => check.startsWith("VAST"));
    expect(vast.map(({ check }) => check)).toEqual([
      "VAST settings",
      "VAST name",
      "VAST port",
      "VAST HTTP",
      "VAST clock",
      "VAST server and keys",
      "VAST bucket",
      "VAST tables",
      "VAST query engine",
      "VAST search by SQL",
      "VAST right to make a schema",
      "VAST right to make a table with vectors",
      "VAST right to write and read rows",
      "VAST right to undo it all",
      "VAST replica",
      "VAST latency",
    ]);
    expect(vast.find(({ check }) => check === "VAST tables")).toMatchObject({ status: "warning" });
    expect(all).not.toContain(cluster.secretKey);
  });

  it("counts the files of a library by SQL", async () => {
    const home = tempFolder();
    writeFileSync(join(home, "a.srt"), "1\n00:00:00,000 --> 00:00:02,000\nThe harbour opens.\n");
    const env = { ...keys(), BACKEND: "vast", VAST_DATABASE_SCHEMA: "sql" };
    await mediasearch(["index", join(home, "a.srt")], { home, env });
    const { checks } = await doctor(env);
    expect(checks.find(({ check }) => check === "VAST query engine")).toMatchObject({
      status: "ok",
      found: "SQL counts 1 rows in assets",
    });
    expect(checks.find(({ check }) => check === "VAST search by SQL")).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/^words and meaning by SQL in \d+ ms$/) as string,
    });
  });

  const wrong: Readonly<
    Record<
      string,
      {
        readonly env: () => Record<string, string>;
        readonly exit: number;
        readonly check: string;
        readonly hint: RegExp;
      }
    >
  > = {
    "no address": {
      env: () => ({ ...keys(), VAST_ENDPOINT: "" }),
      exit: 2,
      check: "VAST settings",
      hint: /VAST_ENDPOINT=/,
    },
    "no keys": {
      env: () => ({ ...keys(), VAST_SECRET_ACCESS_KEY: "" }),
      exit: 12,
      check: "VAST settings",
      hint: /VAST_SECRET_ACCESS_KEY_FILE/,
    },
    "a wrong secret": {
      env: () => ({ ...keys(), VAST_SECRET_ACCESS_KEY: "wrong-secret-value" }),
      exit: 12,
      check: "VAST server and keys",
      hint: /VAST_SECRET_ACCESS_KEY/,
    },
    "an unknown access key": {
      env: () => ({ ...keys(), VAST_ACCESS_KEY_ID: "nobody" }),
      exit: 12,
      check: "VAST server and keys",
      hint: /VAST_ACCESS_KEY_ID/,
    },
    "a bucket that is not there": {
      env: () => ({ ...keys(), VAST_DATABASE_BUCKET: "no-such-bucket" }),
      exit: 17,
      check: "VAST bucket",
      hint: /VAST_DATABASE_BUCKET/,
    },
    "a closed port": {
      env: () => ({ ...keys(), VAST_ENDPOINT: "http://127.0.0.1:1" }),
      exit: 16,
      check: "VAST port",
      hint: /VAST_ENDPOINT/,
    },
    "https for http": {
      env: () => ({ ...keys(), VAST_ENDPOINT: cluster.url.replace("http:", "https:") }),
      exit: 16,
      check: "VAST TLS",
      hint: /VAST_ENDPOINT=http:/,
    },
    "an S3 server that does not know the keys": {
      env: () => ({ ...keys(), VAST_ENDPOINT: s3.endpoint }),
      exit: 12,
      check: "VAST server and keys",
      hint: /VAST_S3_ENDPOINT/,
    },
  };
  for (const [what, { env, exit, check, hint }] of Object.entries(wrong))
    it(`names the first broken step: ${what}`, async () => {
      const { exitCode, failed, all } = await doctor(env(), "--backend", "vast");
      expect([exitCode, failed?.check], all).toEqual([exit, check]);
      expect(failed?.hint).toMatch(hint);
      expect(all).not.toMatch(/wrong-secret-value|emulator-secret/);
    });

  const faults: Readonly<
    Record<
      string,
      {
        readonly rules: Parameters<Spawned["setFaults"]>[0];
        readonly check: string;
        readonly exit: number;
      }
    >
  > = {
    "no right to make schemas": {
      rules: [{ kind: "error", op: "create-schema", status: 403, code: "AccessDenied" }],
      check: "VAST right to make a schema",
      exit: 12,
    },
    "no right to make tables": {
      rules: [{ kind: "error", op: "create-table", status: 403, code: "AccessDenied" }],
      check: "VAST right to make a table with vectors",
      exit: 12,
    },
    "no right to write rows": {
      rules: [{ kind: "error", op: "insert", status: 403, code: "AccessDenied" }],
      check: "VAST right to write and read rows",
      exit: 12,
    },
    "a full cluster": {
      rules: [{ kind: "error", op: "insert", status: 507, code: "InsufficientCapacity" }],
      check: "VAST right to write and read rows",
      exit: 18,
    },
  };
  for (const [what, { rules, check, exit }] of Object.entries(faults))
    it(`names the first broken step: ${what}`, async () => {
      await cluster.setFaults(rules);
      try {
        const { exitCode, failed, all } = await doctor(keys(), "--backend", "vast");
        expect([exitCode, failed?.check], all).toEqual([exit, check]);
      } finally {
        await cluster.setFaults([]);
      }
    });
});

describe("doctor on what stands in the cluster", () => {
  it("tells a table that is missing, by its name", async () => {
    const home = await captionLibrary(1);
    const env = { ...keys(), VAST_DATABASE_SCHEMA: "incomplete" };
    expect((await mediasearch(["migrate", "--to", "vast"], { home, env })).exitCode).toBe(0);
    expect((await doctor(env, "--backend", "vast")).exitCode).toBe(0);
    const client = await connectClient({
      endpoint: cluster.url,
      accessKeyId: cluster.accessKey,
      secretAccessKey: cluster.secretKey,
    });
    await dropTable(client.session, {
      bucket: cluster.bucket,
      schema: "incomplete",
      table: "segments",
    });
    client.close();
    expect(await doctor(env, "--backend", "vast")).toMatchObject({
      exitCode: 17,
      failed: {
        check: "VAST tables",
        found: "missing in incomplete: segments",
        hint: expect.stringContaining("restore") as string,
      },
    });
  });
});

describe("doctor with an object store", () => {
  const env = (): Record<string, string> => ({ ...s3.env, MEDIA_BUCKET: "media" });

  it("lists, writes, reads, removes and uploads in parts", async () => {
    const { exitCode, checks, all } = await doctor(env());
    expect(exitCode, all).toBe(0);
    expect(
      checks
        .filter(({ check }) => check.startsWith("S3"))
        .map(({ check, status }) => `${check} ${status}`),
    ).toEqual([
      "S3 name ok",
      "S3 port ok",
      "S3 HTTP ok",
      "S3 clock ok",
      "S3 bucket ok",
      "S3 right to write ok",
      "S3 large upload ok",
    ]);
  });

  it("names a wrong secret, a missing bucket, a closed port, and the DataBase's address given for S3", async () => {
    expect(await doctor({ ...env(), VAST_SECRET_ACCESS_KEY: "wrong" })).toMatchObject({
      exitCode: 12,
      failed: {
        check: "S3 bucket",
        hint: expect.stringContaining("VAST_SECRET_ACCESS_KEY") as string,
      },
    });
    expect(await doctor({ ...env(), MEDIA_BUCKET: "no-such-bucket" })).toMatchObject({
      exitCode: 17,
      failed: { check: "S3 bucket" },
    });
    expect(await doctor({ ...env(), VAST_S3_ENDPOINT: "http://127.0.0.1:1" })).toMatchObject({
      exitCode: 16,
      failed: { check: "S3 port" },
    });
    expect(await doctor({ ...env(), ...keys(), VAST_S3_ENDPOINT: cluster.url })).toMatchObject({
      exitCode: 2,
      failed: {
        check: "S3 bucket",
        found: expect.stringContaining("address of VAST DataBase") as string,
        hint: expect.stringContaining("VAST_ENDPOINT") as string,
      },
    });
  });

  it("tells a bucket that can be read and not written", async () => {
    await s3.faults({ fail: 1000, status: 403, match: "^PUT /media/" });
    try {
      expect(await doctor(env())).toMatchObject({
        exitCode: 12,
        failed: {
          check: "S3 right to write",
          hint: expect.stringContaining("s3:PutObject") as string,
        },
      });
    } finally {
      await s3.faults({});
    }
  });
});

describe("doctor on a machine that lacks something", () => {
  it("tells a models folder with a damaged file, and one without", async () => {
    const models = tempFolder();
    writeFileSync(join(models, "silero_vad_v6.onnx"), "x");
    const { exitCode, failed } = await doctor({
      MEDIASEARCH_CACHE: join(models, "cache"),
      MEDIASEARCH_MODELS: models,
    });
    expect([0, 14]).toContain(exitCode);
    expect(failed === undefined || failed.hint !== null).toBe(true);
  });

  it("warns of more jobs than the cores can work on, a proxy that is no address, and retired names; --strict makes that count", async () => {
    const env = {
      JOB_CONCURRENCY: "200",
      HTTPS_PROXY: "not an address",
      VAST_SIDECAR_URL: "http://localhost:5000",
    };
    const { exitCode, checks } = await doctor(env);
    expect(exitCode).toBe(0);
    expect(
      checks
        .filter(({ status }) => status === "warning")
        .map(({ check }) => check)
        .toSorted(),
    ).toEqual(["configuration", "cores and memory", "proxy"]);
    expect((await doctor(env, "--strict")).exitCode).toBe(3);
  });

  it("tells a data folder that can't be made", async () => {
    const home = tempFolder();
    writeFileSync(join(home, "file"), "");
    const { exitCode, failed } = await doctor({
      MEDIASEARCH_STORE: join(home, "file/sub/library.sqlite"),
    });
    expect([exitCode, failed?.check]).toEqual([18, "data folder"]);
  });
});

describe("doctor --readiness", () => {
  it("checks what it can, asks for the rest, and keeps what was confirmed with its date", async () => {
    const home = tempFolder();
    writeFileSync(
      join(home, "talk.srt"),
      "1\n00:00:00,000 --> 00:00:05,000\nThe harbour opens in the spring.\n",
    );
    await mediasearch(["index", join(home, "talk.srt")], { home });
    const first = await mediasearch(["doctor", "--readiness", "--json"], { home });
    const items = (
      JSON.parse(first.stdout) as { items: { area: string; item: string; status: string }[] }
    ).items;
    expect(new Set(items.map(({ area }) => area))).toEqual(
      new Set(["code", "infrastructure", "operations", "data"]),
    );
    expect(items.find(({ item }) => item === "search")).toMatchObject({ status: "ok" });
    expect(items.find(({ item }) => item === "metrics")).toMatchObject({ status: "absent" });
    expect(items.find(({ item }) => item === "backup-tested")).toMatchObject({ status: "asked" });
    const confirmed = await mediasearch(
      [
        "doctor",
        "--readiness",
        "--confirm",
        "backup-tested=Ada, restored on the spare machine",
        "--format",
        "md",
      ],
      { home },
    );
    expect(confirmed.stdout).toMatch(/\| ok \| backup-tested \| .*confirmed \d{4}-\d\d-\d\d, Ada/);
    expect((await mediasearch(["doctor", "--readiness"], { home })).stdout).toContain(
      "Ada, restored",
    );
    expect(
      (await mediasearch(["doctor", "--readiness", "--confirm", "nothing=x"], { home })).exitCode,
    ).toBe(2);
  });

  it("asks the server whether it is ready, and says why a library can't be opened", async () => {
    const home = tempFolder();
    writeFileSync(join(home, "library.sqlite"), "no database at all, but long enough to be one");
    let status = 503;
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/health/ready" ? status : 404;
      response.end();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const env = { SERVE_LISTEN: `127.0.0.1:${(server.address() as AddressInfo).port}` };
    const itemsNow = async (): Promise<readonly ReadinessItem[]> =>
      (
        JSON.parse(
          (await mediasearch(["doctor", "--readiness", "--json"], { home, env })).stdout,
        ) as { readonly items: readonly ReadinessItem[] }
      ).items;
    try {
      const items = await itemsNow();
      expect(items.find(({ item }) => item === "metrics")).toMatchObject({ status: "failed" });
      expect(items.find(({ item }) => item === "library")).toMatchObject({
        status: "failed",
        found: expect.not.stringContaining("none yet") as string,
      });
      status = 200;
      expect((await itemsNow()).find(({ item }) => item === "metrics")).toMatchObject({
        status: "ok",
      });
    } finally {
      server.close();
    }
  });

  it("refuses a recogniser that invents, and a cluster that is this machine", async () => {
    const { stdout } = await mediasearch(["doctor", "--readiness", "--json"], {
      home: tempFolder(),
      env: { ...keys(), BACKEND: "vast", ASR_ENGINE: "STUB" },
    });
    const items = (JSON.parse(stdout) as { items: { item: string; status: string }[] }).items;
    for (const item of ["backend", "recogniser", "configuration"])
      expect(items.find((one) => one.item === item)).toMatchObject({ status: "failed" });
    expect(items.find((one) => one.item === "credentials")).toMatchObject({ status: "warning" });
  });
});
