import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Admin, Producer } from "@platformatic/kafka";
import { type Spawned, spawnEmulator } from "../../../emulator/spawn.ts";
import { openS3 } from "../../../src/objects/s3/open.ts";
import { BIN, environment } from "../../helpers/run.ts";
import { startS3 } from "../../helpers/s3.ts";
import {
  type Bench,
  countAcknowledged,
  countMessages,
  keyOf,
  message,
  put,
  send,
  shuffle,
  untilRead,
} from "./bench.ts";
import { kafkaJars, startBroker } from "./broker.ts";
import { createHeard, type Follower, type Heard, startFollower } from "./follower.ts";
import { startStrictProxy, type StrictProxy } from "./strict-proxy.ts";

const EVENTS = 10_000;
const OBJECTS = 250;
const KILLS = 50;
const PATIENCE_MS = 600_000;
const ROOT = "s3://media/talks/";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

const say = (text: string): void => void process.stderr.write(`kafka: ${text}\n`);

/** A real Apache Kafka behind a proxy that refuses what VAST's broker lacks. */
export async function runKafka(): Promise<boolean> {
  const lib = kafkaJars();
  if (lib === undefined) {
    say("left out, it needs Java 17 and Maven");
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-kafka-"));
  const [direct = 0, controller = 0, behindProxy = 0, proxyPort = 0] = await Promise.all(
    Array.from({ length: 4 }, freePort),
  );
  const broker = await startBroker(lib, folder, {
    direct,
    controller,
    behindProxy,
    proxy: proxyPort,
  });
  const proxy = await startStrictProxy(proxyPort, behindProxy);
  const s3 = await startS3();
  const objects = openS3(s3.options);
  const client = { clientId: "test", bootstrapBrokers: [broker.address], retries: 20 };
  const bench: Bench = {
    admin: new Admin(client),
    producer: new Producer(client),
    broker,
    s3,
    bucket: objects.bucket("media"),
    folder,
    address: (topic) => `kafka://127.0.0.1:${proxyPort}/${topic}`,
  };
  try {
    const good = [await killsAndCuts(bench), await groups(bench), await losses(bench)];
    return good.every(Boolean) && isStrict(proxy);
  } catch (error) {
    say(String(error instanceof Error ? error.stack : error));
    return false;
  } finally {
    const closing = [bench.admin.close(), bench.producer.close(true)];
    await Promise.race([Promise.allSettled(closing), sleep(5000)]);
    objects.close();
    await proxy.close();
    await s3.stop();
    await broker.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function isStrict({ violations, requests }: StrictProxy): boolean {
  const passed = [...requests.values()].reduce((sum, count) => sum + count, 0);
  say(`the strict proxy let ${passed} requests pass and refused ${violations.length}`);
  for (const violation of new Set(violations)) say(`  refused: ${violation}`);
  return violations.length === 0;
}

async function waitFor(what: string, isDone: () => boolean): Promise<boolean> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(100))
    if (isDone()) return true;
  say(`  waited in vain: ${what}`);
  return false;
}

/** The files that a library has, as a person sees them. */
function listed(home: string, env: Readonly<Record<string, string>>): ReadonlySet<string> {
  const { stdout } = spawnSync(process.execPath, [BIN, "list", "--json", "--state", "indexed"], {
    env: environment(home, env),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const { files } = JSON.parse(stdout || '{"files":[]}') as {
    readonly files: readonly { readonly file: string }[];
  };
  return new Set(files.map(({ file }) => file));
}

/** A process that is killed may have indexed a file and not have told it: the library counts. */
function indexedOnce(
  { indexed }: Heard,
  keys: readonly string[],
  library: ReadonlySet<string>,
): { missed: number; twice: number } {
  return {
    missed: keys.filter((key) => !library.has(`s3://media/${key}`)).length,
    twice: [...indexed.values()].filter((times) => times > 1).length,
  };
}

const settings = ({ s3 }: Bench): Record<string, string> => ({
  ...s3.env,
  EMBEDDING_MODEL: "stub",
  BUCKET_POLL_MS: "500",
  BASE_RETRY_DELAY_MS: "10",
});

/** Looks until the library has all of them, or patience ends. */
async function untilAll(
  heard: Heard,
  keys: readonly string[],
  list: () => ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(2000)) {
    const library = list();
    if (Date.now() > until || indexedOnce(heard, keys, library).missed === 0) return library;
  }
}

/**
 * 10,000 events, many times the same, in any order; the broker and the program die again and again.
 */
async function killsAndCuts(bench: Bench): Promise<boolean> {
  const { admin, bucket, broker, folder } = bench;
  await admin.createTopics({ topics: ["kills"], partitions: 4, replicas: 1 });
  const keys = Array.from({ length: OBJECTS }, (_, i) => keyOf(i));
  const home = mkdtempSync(join(folder, "home-"));
  const heard = createHeard();
  const env = { ...settings(bench), JOB_CONCURRENCY: "2", EVENTS_DEAD_LETTERS: "dead" };
  const start = (): Follower => startFollower(ROOT, bench.address("kills"), home, env, heard);
  await admin.createTopics({ topics: ["dead"], partitions: 1, replicas: 1 });
  let follower = start();
  await sleep(3000);
  const startedAt = Date.now();
  const sending = (async () => {
    const order = shuffle(Array.from({ length: EVENTS }, (_, i) => keys[i % OBJECTS] ?? ""));
    const there = new Set<string>();
    for (let from = 0; from < order.length; from += 100) {
      const some = order.slice(from, from + 100);
      for (const key of some)
        if (!there.has(key)) {
          there.add(key);
          await put(bucket, key, `number ${there.size}`);
        }
      await send(bench, [
        ...some.map((key) => message("kills", key)),
        ...some.slice(0, 3).map((key) => message("kills", key, "ObjectRemoved:Delete")),
        { topic: "kills", key: Buffer.from("x"), value: Buffer.from("{ garbage") },
      ]);
      await sleep(3500);
    }
  })();
  let cuts = 0;
  const readBetweenKills: number[] = [];
  for (let kill = 1; kill <= KILLS; kill++) {
    // A start takes some seconds, and the broker gives up the one before only after ten: some die
    // before the first message, others in the middle of them.
    await sleep(2000 + Math.random() * 12_000);
    await follower.kill();
    follower = start();
    if (kill % 10 === 0) readBetweenKills.push(await countAcknowledged(bench, "kills"));
    if (kill % 17 === 0) {
      await broker.kill();
      cuts++;
      await broker.start();
    }
  }
  await sending;
  const isRead = await untilRead(bench, "kills");
  const library = await untilAll(heard, keys, () => listed(home, env));
  await sleep(2000);
  await follower.stop();
  const { missed, twice } = indexedOnce(heard, keys, library);
  const letters = await countMessages(bench, "dead");
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  say(
    `${EVENTS} events of ${OBJECTS} objects, consumer killed ${KILLS} times, broker ${cuts} times, ${seconds} s: ${missed} missed, ${twice} indexed twice, ${letters} dead letters for ${EVENTS / 100}, ${heard.deleted.size} wrongly deleted, ${isRead ? "every message acknowledged" : "messages left"}; acknowledged while it was being killed: ${readBetweenKills.join(" ")}`,
  );
  return (
    isRead && missed === 0 && twice === 0 && letters >= EVENTS / 100 && heard.deleted.size === 0
  );
}

const vast = (cluster: Spawned, schema: string): Record<string, string> => ({
  BACKEND: "vast",
  VAST_ENDPOINT: cluster.url,
  VAST_DATABASE_BUCKET: cluster.bucket,
  VAST_DATABASE_SCHEMA: schema,
});

/** Consumers of one group on one library; some die and come back, each time with a rebalance. */
async function groups(bench: Bench): Promise<boolean> {
  const { accessKeyId, secretAccessKey } = bench.s3.options;
  const cluster = await spawnEmulator([
    "--tx-timeout",
    "5000",
    "--access-key",
    String(accessKeyId),
    "--secret-key",
    String(secretAccessKey),
  ]);
  let good = true;
  try {
    for (const [size, kills] of [
      [2, 6],
      [8, 6],
    ] as const)
      good = (await group(bench, cluster, size, kills)) && good;
  } finally {
    await cluster.stop();
  }
  return good;
}

async function group(
  bench: Bench,
  cluster: Spawned,
  size: number,
  kills: number,
): Promise<boolean> {
  const topic = `group-${size}`;
  await bench.admin.createTopics({ topics: [topic], partitions: 8, replicas: 1 });
  const heard = createHeard();
  const root = `s3://media/group${size}/`;
  const keys = Array.from({ length: 120 }, (_, i) => `group${size}/recording ${i}.vtt`);
  const env = {
    ...settings(bench),
    ...vast(cluster, topic.replace("-", "")),
    JOB_CONCURRENCY: "1",
    EVENTS_GROUP: topic,
  };
  const start = (i: number): Follower =>
    startFollower(
      root,
      bench.address(topic),
      mkdtempSync(join(bench.folder, `m${i}-`)),
      env,
      heard,
    );
  const followers = Array.from({ length: size }, (_, i) => start(i));
  await sleep(8000);
  const startedAt = Date.now();
  const sending = (async () => {
    for (const key of keys) {
      await put(bench.bucket, key, `number ${key}`);
      await send(bench, [message(topic, key), message(topic, key)]);
      await sleep(100);
    }
  })();
  for (let kill = 0; kill < kills; kill++) {
    await sleep(1000 + Math.random() * 4000);
    const victim = Math.floor(Math.random() * size);
    await followers[victim]?.kill();
    followers[victim] = start(victim);
  }
  await sending;
  const home = mkdtempSync(join(bench.folder, "looking-"));
  const library = await untilAll(heard, keys, () => listed(home, env));
  await Promise.all(followers.map((follower) => follower.stop()));
  const { missed, twice } = indexedOnce(heard, keys, library);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  say(
    `group of ${size}, ${kills} killed and back, ${keys.length} objects, ${seconds} s: ${missed} missed, ${twice} indexed twice`,
  );
  return missed === 0 && twice === 0;
}

/** How soon an object is found; and what is found after messages were lost. */
async function losses(bench: Bench): Promise<boolean> {
  const { admin, bucket, folder } = bench;
  await admin.createTopics({ topics: ["losses"], partitions: 2, replicas: 1 });
  const heard = createHeard();
  const home = mkdtempSync(join(folder, "home-"));
  const start = (): Follower =>
    startFollower("s3://media/late/", bench.address("losses"), home, settings(bench), heard);
  let follower = start();
  const waits: number[] = [];
  await put(bucket, "late/first.vtt", "the first");
  await send(bench, [message("losses", "late/first.vtt")]);
  await waitFor("the first object", () => heard.atMs.size === 1);
  for (let i = 0; i < 40; i++) {
    const key = `late/recording ${i}.vtt`;
    await put(bucket, key, `number ${i}`);
    const at = Date.now();
    await send(bench, [message("losses", key)]);
    await waitFor(key, () => heard.atMs.has(`s3://media/${key}`));
    waits.push((heard.atMs.get(`s3://media/${key}`) ?? 0) - at);
  }
  waits.sort((a, b) => a - b);
  say(`from PUT to searchable: median ${waits[20]} ms, 95th percentile ${waits[37]} ms`);
  await follower.stop();
  await put(bucket, "late/unheard.vtt", "what nobody told");
  await admin.deleteTopics({ topics: ["losses"] });
  await sleep(1000);
  await admin.createTopics({ topics: ["losses"], partitions: 2, replicas: 1 });
  follower = start();
  const isFound = await waitFor("what no event told", () =>
    heard.atMs.has("s3://media/late/unheard.vtt"),
  );
  await follower.stop();
  const isTold = heard.notices.some((line) => line.includes("events may be missing"));
  say(
    `after messages were lost: ${isFound ? "found by a listing" : "not found"}, ${isTold ? "told" : "not told"}`,
  );
  return isFound && isTold;
}
