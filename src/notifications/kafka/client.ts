import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { BaseOptions, Consumer, Producer } from "@platformatic/kafka";
import { MediasearchError } from "../../errors.ts";
import type { EventAddress } from "../address.ts";
import { boundUnpacking, refuseGoingBack, type UnpackBudget } from "./unpack.ts";

export type KafkaAddress = Extract<EventAddress, { readonly kind: "kafka" }>;

export interface KafkaOptions {
  readonly address: KafkaAddress;
  /** Consumers of one group share the topic. */
  readonly group: string;
  readonly sasl: SaslOptions | undefined;
  /** Certificates (PEM) of the authority that signed the broker's. */
  readonly caFile: string | undefined;
  /** Topic for messages that nobody can read. */
  readonly deadLetterTopic: string | undefined;
}

export interface SaslOptions {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly username: string;
  readonly password: string;
}

export interface KafkaClients {
  readonly Consumer: typeof Consumer;
  readonly Producer: typeof Producer;
  /** What may still be unpacked. */
  readonly budget: UnpackBudget;
}

let budget: UnpackBudget | undefined;

const CONNECT_MS = 10_000;
const REQUEST_MS = 30_000;
/** Attempts at one request before the whole connection is made anew. */
const ATTEMPTS = 3;

/**
 * Loads the client.
 * @throws MISSING_TOOL on a Node that it does not work on
 */
export async function loadKafka(): Promise<KafkaClients> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNewEnough = major > 24 || (major === 24 && minor >= 6) || (major === 22 && minor >= 22);
  if (!isNewEnough)
    throw new MediasearchError(
      "MISSING_TOOL",
      `events from Kafka need Node 22.22, 24.6 or newer; this is ${process.versions.node}`,
      { hint: "install a newer Node, or have events sent to `mediasearch serve` (docs/events.md)" },
    );
  const { Consumer, Producer, Reader, compressionsAlgorithms } =
    await import("@platformatic/kafka");
  if (!budget) {
    budget = boundUnpacking(compressionsAlgorithms);
    refuseGoingBack(Reader.prototype);
  }
  return { Consumer, Producer, budget };
}

/** @throws USAGE for a certificate file that can't be read */
export const connectionOptions = ({ address, sasl, caFile }: KafkaOptions): BaseOptions => ({
  clientId: "mediasearch",
  bootstrapBrokers: [...address.brokers],
  connectTimeout: CONNECT_MS,
  timeout: REQUEST_MS,
  retries: ATTEMPTS,
  // VAST's broker makes no topics by itself.
  autocreateTopics: false,
  ...(address.isEncrypted
    ? { tls: caFile === undefined ? {} : { ca: [...rootCertificates, readAuthority(caFile)] } }
    : {}),
  ...(address.isEncrypted ? { tlsServerName: true } : {}),
  ...(sasl ? { sasl: { ...sasl } } : {}),
});

function readAuthority(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new MediasearchError("USAGE", `VAST_CA_FILE: ${path} can't be read`, {
      subject: path,
      cause: error,
    });
  }
}
