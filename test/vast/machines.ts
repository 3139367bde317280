import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spawnEmulator } from "../../emulator/spawn.ts";
import { openBackend } from "../../src/backends/registry.ts";
import { open } from "../../src/backends/vast/open.ts";
import { TABLES } from "../../src/backends/vast/tables.ts";
import { connectClient } from "../../src/backends/vast/wire/client.ts";
import { createDatabase } from "../../src/backends/vast/database.ts";
import { openS3 } from "../../src/objects/s3/open.ts";
import { startS3 } from "../helpers/s3.ts";
import { equal } from "../../src/backends/vast/wire/predicate.ts";

export interface MachinesReport {
  readonly files: number;
  readonly kills: number;
  readonly indexed: number;
  readonly wrong: readonly string[];
}

export interface MachinesOptions {
  readonly processes: number;
  readonly files: number;
  readonly kills: number;
  readonly seed: number;
  /** The files are objects of a bucket on a server of its own, instead of a folder that all see. */
  readonly inBucket?: boolean;
}

const BIN = fileURLToPath(new URL("../../bin/mediasearch.js", import.meta.url));

/**
 * Real programs index the same folder into one emulator, all at once; some are killed (SIGKILL) at
 * random moments and begin again. At the end every file is there once, and was committed once: the
 * audit log has one line for each. Every file has a double of the same content, which is copied,
 * not made again.
 */
export async function indexOnMachines(
  { processes, files, kills, seed, inBucket = false }: MachinesOptions,
  note: (text: string) => void = () => {},
): Promise<MachinesReport> {
  let state = seed;
  const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  const work = mkdtempSync(join(tmpdir(), "mediasearch-machines-"));
  // A killed program's transaction holds its rows until it lapses, as on a cluster.
  const emulator = await spawnEmulator(["--tx-timeout", "5000"]);
  const media = join(work, "media");
  mkdirSync(media);
  const names = Array.from({ length: files }, (_, n) => `${String(n).padStart(3, "0")}.vtt`);
  const s3 = inBucket
    ? await startS3({
        keys: { accessKeyId: emulator.accessKey, secretAccessKey: emulator.secretKey },
        pageSize: 25,
      })
    : undefined;
  if (s3) {
    const bucket = openS3(s3.options).bucket("media");
    for (const [n, name] of names.entries())
      await bucket.put(
        name,
        (async function* () {
          yield Buffer.from(captions(n));
        })(),
      );
  } else for (const [n, name] of names.entries()) writeFileSync(join(media, name), captions(n));
  const schema = "machines";
  const env = {
    ...process.env,
    BACKEND: "vast",
    VAST_ENDPOINT: emulator.url,
    VAST_ACCESS_KEY_ID: emulator.accessKey,
    VAST_SECRET_ACCESS_KEY: emulator.secretKey,
    VAST_DATABASE_BUCKET: emulator.bucket,
    VAST_DATABASE_SCHEMA: schema,
    MEDIASEARCH_HOME: join(work, "home"),
    REPLICA_FOLDER: join(work, "replica"),
    JOB_CONCURRENCY: "1",
    NODE_OPTIONS: "",
    ...(s3 ? { VAST_S3_ENDPOINT: s3.endpoint } : {}),
  };
  const running = new Set<ChildProcess>();
  const errors: string[] = [];
  const startOne = async (): Promise<void> => {
    for (;;) {
      const child = spawn(process.execPath, [BIN, "index", s3 ? "s3://media/" : media, "--json"], {
        env,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      running.add(child);
      const [code, signal] = (await once(child, "close")) as [number | null, string | null];
      running.delete(child);
      if (signal === "SIGKILL") continue;
      if (code !== 0) errors.push(`exit ${code}: ${said.trim()}`);
      return;
    }
  };
  try {
    const all = Promise.all(Array.from({ length: processes }, startOne));
    let killed = 0;
    const killSome = async (): Promise<void> => {
      for (; killed < kills && running.size > 0;) {
        await sleep(300 + random(1500));
        const victim = [...running][random(Math.max(1, running.size))];
        if (victim?.kill("SIGKILL")) note(`killed ${++killed}`);
      }
    };
    await Promise.all([all, killSome()]);
    return {
      files,
      kills: killed,
      ...(await look(
        {
          url: emulator.url,
          accessKey: emulator.accessKey,
          secretKey: emulator.secretKey,
          bucket: emulator.bucket,
          schema,
          files,
          folder: join(work, "look"),
        },
        errors,
      )),
    };
  } finally {
    for (const child of running) child.kill("SIGKILL");
    await emulator.stop();
    await s3?.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

/** Files 2n and 2n+1 have the same content. */
const captions = (n: number): string =>
  `WEBVTT\n\n${Array.from({ length: 5 }, (_, i) => `00:00:0${i}.000 --> 00:00:0${i}.900\nRecording ${Math.floor(n / 2)} says sentence number ${i} about harbours.\n`).join("\n")}`;

interface Look {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  readonly schema: string;
  readonly files: number;
  readonly folder: string;
}

async function look(
  { url, accessKey, secretKey, bucket, schema, files, folder }: Look,
  errors: readonly string[],
): Promise<Pick<MachinesReport, "indexed" | "wrong">> {
  const wrong = [...errors];
  const keys = { endpoint: url, accessKeyId: accessKey, secretAccessKey: secretKey };
  const client = await connectClient(keys);
  const database = createDatabase(client, bucket, schema);
  const backend = await open(
    {
      ...keys,
      bucket,
      schema,
      replicaMaxAgeMs: 0,
      replicaMaxSegments: 5_000_000,
      searchOn: "auto",
      replica: { folder, openStore: (path, create) => openBackend("local", { path, create }) },
    },
    false,
  );
  try {
    const { assets, segments, vectors } = await backend.library.catalog.counts();
    if (assets.indexed !== files)
      wrong.push(`${assets.indexed} files indexed instead of ${files}: ${JSON.stringify(assets)}`);
    if (segments !== vectors || segments === 0)
      wrong.push(`${segments} segments, ${vectors} vectors`);
    const rows = async (
      table: Parameters<typeof database.rows>[1],
      ...filter: Parameters<typeof database.rows>[2]
    ): Promise<number> => (await database.rows(client.session, table, filter)).length;
    const [stored, versions, entries] = [
      await rows(TABLES.segments),
      await rows(TABLES.versions),
      await database.rows(
        client.session,
        TABLES.audit,
        [equal("action", "commit")],
        ["asset_id", "detail"],
      ),
    ];
    if (stored !== segments || versions !== files)
      wrong.push(
        `rows left over: ${stored} segments of ${segments}, ${versions} versions of ${files}`,
      );
    const contents = new Map<string, number>();
    for (const { detail } of entries)
      contents.set(String(detail), (contents.get(String(detail)) ?? 0) + 1);
    for (const [content, times] of contents)
      if (times > 1) wrong.push(`${content} was made ${times} times`);
    if (contents.size !== Math.ceil(files / 2))
      wrong.push(`${contents.size} contents made instead of ${Math.ceil(files / 2)}`);
    return { indexed: assets.indexed, wrong };
  } finally {
    client.close();
    await backend.close();
  }
}
