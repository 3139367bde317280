/** A place that messages come from, as a user writes it. */
export type EventAddress =
  | {
      readonly kind: "kafka";
      /** `host:port` each. */
      readonly brokers: readonly string[];
      readonly topic: string;
      readonly isEncrypted: boolean;
    }
  | { readonly kind: "sqs"; readonly endpoint: string; readonly queueUrl: string };

/** https://kafka.apache.org/documentation/#topicconfigs; VAST's topics are named likewise. */
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const BROKER = /^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;
const KAFKA_PORT = 9092;

const HOW =
  "must be kafka://HOST:PORT/TOPIC, kafka+tls://HOST:PORT/TOPIC or sqs://HOST/ACCOUNT/QUEUE";

/**
 * Reads `kafka://host:port[,host:port…]/topic`, `kafka+tls://…` and `sqs://host/account/queue`
 * (`sqs+http://` for a queue of this machine). Keys and passwords have settings of their own.
 * @throws Error that says what it must be
 */
export function parseEventAddress(text: string): EventAddress {
  const [, scheme = "", authority = "", path = ""] =
    /^([a-z+]+):\/\/([^/?#]+)\/([^?#]+)$/i.exec(text.trim()) ?? [];
  if (authority.includes("@"))
    throw new Error("must have no user name or password in it; keys have settings of their own");
  switch (scheme.toLowerCase()) {
    case "kafka":
      return kafkaAddress(authority, path, false);
    case "kafka+tls":
      return kafkaAddress(authority, path, true);
    case "sqs":
      return sqsAddress(`https://${authority}`, path);
    case "sqs+http":
      return sqsAddress(`http://${authority}`, path);
    default:
      throw new Error(HOW);
  }
}

function kafkaAddress(authority: string, path: string, isEncrypted: boolean): EventAddress {
  const brokers = authority.split(",").map((broker) => broker.trim());
  const topic = path.replace(/\/$/, "");
  if (!TOPIC.test(topic) || !brokers.every((broker) => BROKER.test(broker))) throw new Error(HOW);
  return {
    kind: "kafka",
    brokers: brokers.map((broker) =>
      /:\d+$/.test(broker) && !broker.endsWith("]") ? broker : `${broker}:${KAFKA_PORT}`,
    ),
    topic,
    isEncrypted,
  };
}

function sqsAddress(endpoint: string, path: string): EventAddress {
  if (!/^\d{1,32}\/[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/.test(path) || !URL.canParse(endpoint))
    throw new Error(HOW);
  return { kind: "sqs", endpoint, queueUrl: `${endpoint}/${path}` };
}
