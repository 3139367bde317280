import { MediasearchError } from "../errors.ts";
import { parseEventAddress } from "./address.ts";
import type { EventFeed } from "./feed.ts";
import type { SaslOptions } from "./kafka/client.ts";

export interface FeedSettings {
  /** As a user writes it: kafka://…, sqs://…. */
  readonly address: string;
  readonly group: string;
  readonly mechanism: SaslOptions["mechanism"];
  /** Of the broker; of a queue, access key and secret. Both or none. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly deadLetterTopic: string | undefined;
  readonly caFile: string | undefined;
  readonly region: string;
  readonly profile: string | undefined;
}

/** Opens what the address names; each kind loads its client. */
export async function openFeed(settings: FeedSettings): Promise<EventFeed> {
  const address = parseEventAddress(settings.address);
  const { user, password, group, caFile, deadLetterTopic, region, profile } = settings;
  const hasKeys = user !== undefined && password !== undefined;
  if (!hasKeys && (user !== undefined || password !== undefined))
    throw new MediasearchError(
      "CREDENTIALS",
      `EVENTS_USER and EVENTS_PASSWORD belong together: only ${user === undefined ? "the second" : "the first"} is set`,
      { hint: "mediasearch config" },
    );
  if (address.kind === "sqs") {
    const { openSqsFeed } = await import("./sqs/feed.ts");
    const keys = hasKeys ? { accessKeyId: user, secretAccessKey: password } : undefined;
    return openSqsFeed({ address, region, keys, profile });
  }
  const { openKafkaFeed } = await import("./kafka/feed.ts");
  const { mechanism } = settings;
  const sasl = hasKeys ? { mechanism, username: user, password } : undefined;
  return openKafkaFeed({ address, group, sasl, caFile, deadLetterTopic });
}
