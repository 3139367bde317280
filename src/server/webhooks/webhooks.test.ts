import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryRecords } from "../../backends/memory/records.ts";
import type { Records } from "../../backends/records.ts";
import { until } from "../../../test/helpers/until.ts";
import { DELIVERY } from "./store.ts";
import { createWebhooks, type DeliveryOutcome, type Webhooks } from "./webhooks.ts";

interface Receiver {
  readonly url: string;
  readonly bodies: string[];
}

/** Takes deliveries; `status` is what it answers. */
async function startReceiver(status: number): Promise<Receiver> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      bodies.push(body);
      response.writeHead(status).end();
    });
  });
  return { url: await addressOf(server), bodies };
}

/** Listens until the test ends. */
async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function open(): {
  readonly records: Records;
  readonly webhooks: Webhooks;
  readonly outcomes: DeliveryOutcome[];
  readonly lists: () => number;
} {
  const records = memoryRecords();
  const outcomes: DeliveryOutcome[] = [];
  let lists = 0;
  const counted: Records = {
    ...records,
    list(kind) {
      if (kind === DELIVERY) lists++;
      return records.list(kind);
    },
  };
  const webhooks = createWebhooks({
    records: async () => counted,
    allowsPrivate: true,
    onDelivery: (outcome) => void outcomes.push(outcome),
  });
  onTestFinished(() => webhooks.close());
  return { records, webhooks, outcomes, lists: () => lists };
}

const events = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    event: "file.indexed" as const,
    data: { file: `${i}.mp3` },
  }));

describe("webhooks", () => {
  it("send what they are told in order, reading the waiting ones a few times at most", async () => {
    const { webhooks, outcomes, lists } = open();
    const { url, bodies } = await startReceiver(204);
    await webhooks.add({ url, events: ["file.indexed"], createdBy: "test" });
    await webhooks.announce(events(200));
    await until(() => outcomes.length === 200);
    expect(
      bodies.map((body) => (JSON.parse(body) as { data: { file: string } }).data.file),
    ).toEqual(events(200).map(({ data }) => data.file));
    expect(lists()).toBeLessThan(10);
  });

  it("leave nothing behind when they are deleted, even while one is sent", async () => {
    const { records, webhooks } = open();
    const taken = Promise.withResolvers<() => void>();
    const slow = createServer((_request, response) =>
      taken.resolve(() => void response.writeHead(500).end()),
    );
    const [id] = await webhooks.add({
      url: await addressOf(slow),
      events: ["file.indexed"],
      createdBy: "test",
    });
    await webhooks.announce(events(3));
    const answer = await taken.promise;
    await webhooks.remove(id);
    answer();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await records.list(DELIVERY)).toEqual([]);
  });

  it("are not held up by one whose receiver hangs", async () => {
    const { webhooks, outcomes } = open();
    const hanging = createServer(() => {});
    await webhooks.add({
      url: await addressOf(hanging),
      events: ["file.indexed"],
      createdBy: "test",
    });
    const { url, bodies } = await startReceiver(204);
    await webhooks.add({ url, events: ["file.indexed"], createdBy: "test" });
    await webhooks.announce(events(3));
    await until(() => bodies.length === 3);
    expect(outcomes.filter((outcome) => outcome === "delivered").length).toBeGreaterThan(1);
  });

  it("count what there is no room for", async () => {
    const { records, webhooks, outcomes } = open();
    const { url } = await startReceiver(500);
    await webhooks.add({ url, events: ["file.indexed"], createdBy: "test" });
    await webhooks.announce(events(5003));
    expect(outcomes.filter((outcome) => outcome === "dropped")).toHaveLength(3);
    expect(await records.list(DELIVERY)).toHaveLength(5000);
  });
});
