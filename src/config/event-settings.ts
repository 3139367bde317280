import { parseEventAddress } from "../notifications/address.ts";
import { parseChoice, type SettingTable, trimmed } from "./setting.ts";

/** Where notifications about objects come from. */
export interface EventSettings {
  readonly events: string | undefined;
  readonly eventGroup: string;
  readonly eventSasl: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly eventUser: string | undefined;
  readonly eventPassword: string | undefined;
  readonly eventDeadLetters: string | undefined;
  readonly reconcileMs: number;
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const MAX_SPAN_MS = 365 * 86_400_000;

/** `24h`, `30m`, `7d`, `90s`, in milliseconds. */
function timeSpan(text: string): number {
  const [, number, unit = ""] = /^(\d{1,9})\s*([smhd])$/i.exec(text.trim()) ?? [];
  const ms = Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (!(ms >= 1000 && ms <= MAX_SPAN_MS))
    throw new Error("must be a time such as 90s, 30m, 24h or 7d");
  return ms;
}

export const EVENT_SETTINGS: SettingTable<EventSettings> = {
  events: {
    flag: "events",
    env: "EVENTS",
    help: "with --watch, where a bucket's notifications come from: kafka://HOST:PORT/TOPIC, kafka+tls://…, sqs://HOST/ACCOUNT/QUEUE",
    parse(text) {
      parseEventAddress(text);
      return text.trim();
    },
    fallback: () => undefined,
    fallbackText: "none: the bucket is listed again and again",
    mayHoldKeys: true,
  },
  eventGroup: {
    env: "EVENTS_GROUP",
    help: "group of Kafka consumers; those of one group share the topic",
    parse(text) {
      if (!/^[A-Za-z0-9._-]{1,200}$/.test(text.trim()))
        throw new Error("must be a name of letters, digits, dots, hyphens and underscores");
      return text.trim();
    },
    fallback: () => "mediasearch",
    fallbackText: "mediasearch",
  },
  eventSasl: {
    env: "EVENTS_SASL",
    help: "how the Kafka broker asks for user and password",
    parse: parseChoice("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
    fallback: () => "PLAIN",
    fallbackText: "PLAIN",
  },
  eventUser: {
    env: "EVENTS_USER",
    help: "user name for the Kafka broker; of SQS, the access key",
    parse: trimmed,
    fallback: () => undefined,
    fallbackText: "none; of SQS, what AWS tools would use",
  },
  eventPassword: {
    env: "EVENTS_PASSWORD",
    help: "password for the Kafka broker; of SQS, the secret of the access key",
    parse: trimmed,
    fallback: () => undefined,
    fallbackText: "as EVENTS_USER",
    isSecret: true,
  },
  eventDeadLetters: {
    env: "EVENTS_DEAD_LETTERS",
    help: "Kafka topic for messages that nobody can read",
    parse: trimmed,
    fallback: () => undefined,
    fallbackText: "a file in MEDIASEARCH_HOME",
  },
  reconcileMs: {
    flag: "reconcile",
    env: "EVENTS_RECONCILE",
    help: "with --events, how often the bucket is listed all the same",
    parse: timeSpan,
    fallback: () => 86_400_000,
    fallbackText: "24h",
  },
};
