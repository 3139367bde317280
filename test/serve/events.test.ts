import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytes } from "../../src/objects/object-store.contract.ts";
import type { ObjectStore } from "../../src/objects/object-store.ts";
import { openS3, type S3Objects } from "../../src/objects/s3/open.ts";
import { mediasearch } from "../helpers/run.ts";
import { type S3Server, startS3 } from "../helpers/s3.ts";
import { type ServedLibrary, startServe } from "../helpers/serve.ts";
import { until } from "../helpers/until.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-serve-events-"));
let s3: S3Server;
let objects: S3Objects;
let bucket: ObjectStore;
let server: ServedLibrary;
let key: string;

const newKey = async (...flags: readonly string[]): Promise<string> => {
  const { stdout } = await mediasearch(["keys", "create", "--json", ...flags], { home });
  return (JSON.parse(stdout) as { readonly key: string }).key;
};
const serve = (): Promise<ServedLibrary> =>
  startServe({ home, key, env: { ...s3.env, SERVE_INDEX_ROOTS: "s3://media/talks/" } });

beforeAll(async () => {
  s3 = await startS3();
  objects = openS3(s3.options);
  bucket = objects.bucket("media");
  key = await newKey("--scopes", "all");
  server = await serve();
});
afterAll(async () => {
  await server.stop();
  objects.close();
  await s3.stop();
  rmSync(home, { recursive: true, force: true });
});

const put = async (name: string, word: string): Promise<void> =>
  void (await bucket.put(
    name,
    bytes(Buffer.from(`WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>All about ${word}.\n`)),
  ));
const record = (name: string, eventSource = "vast:s3", eventName = "ObjectCreated:Put") => ({
  eventVersion: "2.2",
  eventSource,
  eventName,
  s3: { bucket: { name: "media" }, object: { key: name, size: "7" } },
});
const post = (
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  path = "/v1/events",
): Promise<Response> =>
  server.call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const found = async (word: string): Promise<number> => {
  const answer = await server.call(`/v1/search?mode=keyword&q=${word}`);
  return Number(((await answer.json()) as { readonly total: number }).total);
};
const untilFound = (word: string, hits: number): Promise<boolean> =>
  until(async () => (await found(word)) === hits);

describe("POST /v1/events", () => {
  it("takes every kind of event, answers when they are durable, and the objects are found", async () => {
    const cloudEvent = {
      specversion: "1.0",
      id: "1",
      source: "vastdata.com:trigger.guid",
      type: "vastdata.com:Element.ElementCreated",
      subject: "view.topic",
    };
    await put("talks/one.vtt", "quasars");
    await put("talks/two words.vtt", "pulsars");
    await put("talks/three.vtt", "nebulas");
    await put("talks/four.vtt", "comets");
    const structured = { ...cloudEvent, elementpath: "media/talks/one.vtt", data: {} };
    const one = await post(structured, { "Content-Type": "application/cloudevents+json" });
    expect([one.status, await one.json()]).toEqual([
      202,
      { hints: 1, elsewhere: 0, ignored: 0, unreadable: null },
    ]);
    await untilFound("quasars", 1);
    const binary = Object.fromEntries(
      Object.entries({ ...cloudEvent, elementpath: "media/talks/two%20words.vtt" }).map(
        ([name, value]) => [`ce-${name}`, value],
      ),
    );
    expect((await post({ Records: [record("talks/two words.vtt")] }, binary)).status).toBe(202);
    const batch = [
      { ...cloudEvent, data: { Records: [record("talks/three.vtt")] } },
      { ...cloudEvent, type: "vastdata.com:Schedule.TimerElapsed", data: {} },
      { ...cloudEvent, data: { Records: [record("private/x.vtt")] } },
    ];
    const some = await post(batch, { "Content-Type": "application/cloudevents-batch+json" });
    expect(await some.json()).toEqual({ hints: 1, elsewhere: 1, ignored: 1, unreadable: null });
    const earlier = await post({ Records: [record("talks/four.vtt", "aws:s3")] }, {}, "/events/s3");
    expect(earlier.status).toBe(202);
    for (const word of ["pulsars", "nebulas", "comets"]) await untilFound(word, 1);
    await bucket.remove("talks/four.vtt");
    await post({ Records: [record("talks/four.vtt", "minio:s3", "s3:ObjectRemoved:Delete")] });
    await untilFound("comets", 0);
    const metrics = await (await server.call("/metrics")).text();
    expect(metrics).toMatch(/mediasearch_events_received_total\{outcome="hint"\} 5/);
  });

  it("refuses what is no event, what is too long, and keys that may not index", async () => {
    const refused = await post("{ no JSON");
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ detail: "the event can't be read: it is no JSON" }),
    ]);
    expect((await post({ hello: "world" })).status).toBe(400);
    expect((await post(`"${"x".repeat(2 << 20)}"`)).status).toBe(413);
    const body = JSON.stringify({ Records: [record("talks/one.vtt")] });
    const reader = await newKey("--scopes", "search,read");
    const tenant = await newKey("--scopes", "all", "--filter", "speaker:Ada");
    for (const [other, status] of [
      [null, 401],
      [reader, 403],
      [tenant, 403],
    ] as const)
      expect((await server.call("/v1/events", { method: "POST", body, key: other })).status).toBe(
        status,
      );
  });

  it("loses nothing when the server dies after its answer", async () => {
    await put("talks/five.vtt", "meteors");
    await put("talks/six.vtt", "asteroids");
    const answer = await post({ Records: [record("talks/five.vtt"), record("talks/six.vtt")] });
    expect(answer.status).toBe(202);
    server.child.kill("SIGKILL");
    await new Promise((resolve) => {
      server.child.once("exit", resolve);
    });
    server = await serve();
    for (const word of ["meteors", "asteroids"]) await untilFound(word, 1);
  });
});
