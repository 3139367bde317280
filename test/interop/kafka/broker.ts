import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../../helpers/run.ts";

const VERSION = "4.4.0";
const CACHE = join(ROOT, `node_modules/.cache/mediasearch-interop/kafka-${VERSION}`);
const POM = `<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency></dependencies></project>
`;
const START_MS = 180_000;

/** Apache Kafka's own jars, fetched once by Maven; undefined where Java or Maven is missing. */
export function kafkaJars(): string | undefined {
  const lib = join(CACHE, "lib");
  if (spawnSync("java", ["-version"]).status !== 0) return undefined;
  if (existsSync(lib) && readdirSync(lib).length > 0) return lib;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(join(CACHE, "pom.xml"), POM);
  process.stderr.write(`fetching Apache Kafka ${VERSION} by Maven\n`);
  const maven = spawnSync(
    "mvn",
    ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${lib}`],
    { cwd: CACHE, stdio: ["ignore", 2, 2] },
  );
  return maven.status === 0 ? lib : undefined;
}

export interface Broker {
  /** Straight to the broker. */
  readonly address: string;
  /** As a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on what it had written. */
  start(): Promise<void>;
}

export interface BrokerPorts {
  readonly direct: number;
  readonly controller: number;
  /** Where the proxy connects to. */
  readonly behindProxy: number;
  /** What clients of that listener are told. */
  readonly proxy: number;
}

/** One broker that is its own controller, with a second listener that is told as a proxy's. */
export async function startBroker(
  lib: string,
  folder: string,
  ports: BrokerPorts,
): Promise<Broker> {
  const properties = join(folder, "server.properties");
  const host = "127.0.0.1";
  writeFileSync(
    properties,
    Object.entries({
      "process.roles": "broker,controller",
      "node.id": "1",
      "controller.quorum.voters": `1@${host}:${ports.controller}`,
      listeners: `DIRECT://${host}:${ports.direct},STRICT://${host}:${ports.behindProxy},CONTROLLER://${host}:${ports.controller}`,
      "advertised.listeners": `DIRECT://${host}:${ports.direct},STRICT://${host}:${ports.proxy}`,
      "inter.broker.listener.name": "DIRECT",
      "controller.listener.names": "CONTROLLER",
      "listener.security.protocol.map": "DIRECT:PLAINTEXT,STRICT:PLAINTEXT,CONTROLLER:PLAINTEXT",
      "log.dirs": join(folder, "data"),
      "offsets.topic.replication.factor": "1",
      "offsets.topic.num.partitions": "4",
      "transaction.state.log.replication.factor": "1",
      "transaction.state.log.min.isr": "1",
      "share.coordinator.state.topic.replication.factor": "1",
      "share.coordinator.state.topic.min.isr": "1",
      "group.initial.rebalance.delay.ms": "0",
      "auto.create.topics.enable": "false",
      "log.retention.check.interval.ms": "1000",
      "log.segment.delete.delay.ms": "0",
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  const format = spawnSync(
    "java",
    [
      "-cp",
      `${lib}/*`,
      "kafka.tools.StorageTool",
      "format",
      "-t",
      "AAAAAAAAAAAAAAAAAAAAAQ",
      "-c",
      properties,
    ],
    { encoding: "utf8" },
  );
  if (format.status !== 0) throw new Error(format.stderr);
  let child: ChildProcess | undefined;
  const broker: Broker = {
    address: `${host}:${ports.direct}`,
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    async start() {
      child = spawn(
        "java",
        ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", `${lib}/*`, "kafka.Kafka", properties],
        { stdio: "ignore" },
      );
      await untilListening(ports.direct);
    },
  };
  await broker.start();
  return broker;
}

async function untilListening(port: number): Promise<void> {
  for (const until = Date.now() + START_MS; Date.now() < until; await sleep(200)) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error("Kafka did not start");
}
