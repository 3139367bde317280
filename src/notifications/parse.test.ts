import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ParsedMessage } from "./message.ts";
import { parseMessage } from "./parse.ts";

const parse = (body: unknown, headers: Readonly<Record<string, string>> = {}): ParsedMessage =>
  parseMessage({
    headers: new Map(Object.entries(headers)),
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  });
const placesOf = ({ changes }: ParsedMessage): string[] =>
  changes.map(({ bucket, keys }) => `${bucket}: ${keys.join(" | ")}`);

/** A record as Amazon S3 writes it, with what a test changes. */
const record = (
  key: string,
  more: Readonly<Record<string, unknown>> = {},
  object: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  eventVersion: "2.3",
  eventSource: "aws:s3",
  awsRegion: "eu-west-1",
  eventTime: "2026-11-26T10:00:00.000Z",
  eventName: "ObjectCreated:Put",
  userIdentity: { principalId: "AWS:X" },
  s3: {
    s3SchemaVersion: "1.0",
    configurationId: "all",
    bucket: { name: "media", arn: "arn:aws:s3:::media" },
    object: { key, size: 1024, eTag: "d41d8cd9", sequencer: "0055AED6DCD90281E5", ...object },
  },
  ...more,
});

describe("notifications of object stores", () => {
  it("of Amazon S3 write keys as in a form", () => {
    expect(
      placesOf(parse({ Records: [record("talks/red+flower%C3%A9.mp3"), record("a%2Bb.mp3")] })),
    ).toEqual(["media: talks/red floweré.mp3", "media: a+b.mp3"]);
    expect(placesOf(parse({ Records: [record("100%.mp3")] }))).toEqual(["media: 100%.mp3"]);
  });

  it("of VAST are read with and without s3:, sizes as texts and numbers, keys in every way", () => {
    const vast = { eventVersion: "2.2", eventSource: "vast:s3" };
    for (const eventName of ["s3:ObjectCreated:Put", "ObjectCreated:CompleteMultipartUpload"])
      for (const size of [77, "77"])
        expect(
          placesOf(parse({ Records: [record("a+b/c%20d.mp3", { ...vast, eventName }, { size })] })),
        ).toEqual(["media: a+b/c%20d.mp3 | a b/c d.mp3 | a+b/c d.mp3"]);
    expect(
      parse({ Records: [record("a.mp3", { ...vast, eventName: "s3:ObjectTagging:Put" })] }),
    ).toEqual({ changes: [], ignored: 1 });
  });

  it("of MinIO come with a key at the top, or only with that", () => {
    const minio = { eventSource: "minio:s3", eventName: "s3:ObjectRemoved:Delete" };
    expect(
      placesOf(
        parse({
          EventName: "s3:ObjectRemoved:Delete",
          Key: "media/talks/a b.mp3",
          Records: [record("talks%2Fa+b.mp3", minio)],
        }),
      ),
    ).toEqual(["media: talks/a b.mp3"]);
    expect(placesOf(parse({ EventName: "s3:ObjectCreated:Put", Key: "media/x/y.mp3" }))).toEqual([
      "media: x/y.mp3",
    ]);
  });

  it("of Ceph, and of a name that is new, are a reason to look", () => {
    expect(
      placesOf(
        parse({
          Records: [
            record("k.mp3", { eventSource: "ceph:s3", eventName: "ObjectCreated:Copy" }),
            record("n.mp3", { eventSource: "ceph:s3", eventName: "ObjectMoved:New" }),
          ],
        }),
      ),
    ).toEqual(["media: k.mp3", "media: n.mp3"]);
  });

  it("that only test, or have no records, concern nothing", () => {
    for (const body of [
      { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "media" },
      { Records: [] },
      [],
      "",
    ])
      expect(parse(body)).toEqual({ changes: [], ignored: 1 });
  });

  it("are partly unusable: what can be read counts", () => {
    const parsed = parse({
      Records: [
        record("a.mp3"),
        record("", {}),
        { eventVersion: "3.0" },
        record("x".repeat(4000)),
        record("b.mp3", { s3: { bucket: { name: "no/bucket" }, object: { key: "b.mp3" } } }),
      ],
    });
    expect([placesOf(parsed), parsed.unusable]).toEqual([["media: a.mp3"], "it names no key"]);
  });
});

describe("events that carry them", () => {
  const detail = {
    version: "0",
    bucket: { name: "media" },
    object: { key: "a+b c.mp3", size: 5, etag: "e", sequencer: "00" },
    reason: "PutObject",
  };

  it("of EventBridge have keys as they are", () => {
    const bridge = { version: "0", id: "1", source: "aws.s3", detail };
    for (const type of ["Object Created", "Object Deleted", "Object Restore Completed"])
      expect(placesOf(parse({ ...bridge, "detail-type": type }))).toEqual(["media: a+b c.mp3"]);
    for (const type of ["Object Tags Added", "Object ACL Updated", "Object Storage Class Changed"])
      expect(parse({ ...bridge, "detail-type": type })).toEqual({ changes: [], ignored: 1 });
  });

  it("of SNS, and of SNS in SQS, hold them as a text", () => {
    const inner = JSON.stringify({ Records: [record("a.mp3")] });
    const sns = { Type: "Notification", MessageId: "1", TopicArn: "t", Message: inner };
    expect(placesOf(parse(sns))).toEqual(["media: a.mp3"]);
    expect(placesOf(parse({ ...sns, Message: JSON.stringify(sns) }))).toEqual(["media: a.mp3"]);
    expect(parse({ Type: "SubscriptionConfirmation", Token: "t" })).toMatchObject({ ignored: 1 });
  });

  it("of VAST's triggers name the element, on clusters and in test events", () => {
    const attributes = {
      specversion: "1.0",
      id: "17",
      source: "vastdata.com:trigger.guid",
      subject: "view.topic",
      elementpath: "media/talks/a+b %20.mp3",
      datacontenttype: "application/json",
    };
    const data = { Records: [record("talks/a+b %20.mp3", { eventSource: "vast:s3" })] };
    for (const type of ["ElementCreated", "ElementDeleted", "ObjectCreated"]) {
      const event = { ...attributes, type: `vastdata.com:Element.${type}` };
      expect(placesOf(parse({ ...event, data }))).toEqual(["media: talks/a+b %20.mp3"]);
      for (const sign of ["-", "_"])
        expect(
          placesOf(
            parse(
              data,
              Object.fromEntries(
                Object.entries(event).map(([name, value]) => [
                  `ce${sign}${name}`,
                  sign === "-" ? encodeURI(value) : value,
                ]),
              ),
            ),
          ),
        ).toEqual([`media: talks/a+b %20.mp3${sign === "-" ? " | talks/a+b%20%2520.mp3" : ""}`]);
    }
    for (const type of ["Element.ElementTagCreated", "Schedule.TimerElapsed"])
      expect(parse({ ...attributes, type: `vastdata.com:${type}`, data })).toEqual({
        changes: [],
        ignored: 1,
      });
  });

  it("come in batches, with data in base64, and around EventBridge", () => {
    const event = { specversion: "1.0", id: "1", source: "s", type: "com.example.object" };
    const bridge = { "detail-type": "Object Created", source: "aws.s3", detail };
    const encoded = Buffer.from(JSON.stringify({ Records: [record("b.mp3")] })).toString("base64");
    expect(
      placesOf(
        parse([
          { ...event, data: { Records: [record("a.mp3")] } },
          { ...event, data_base64: encoded },
          { ...event, data: bridge },
          { ...event, data: JSON.stringify({ Records: [record("c.mp3")] }) },
        ]),
      ),
    ).toEqual(["media: a.mp3", "media: b.mp3", "media: a+b c.mp3", "media: c.mp3"]);
  });
});

describe("what is no event", () => {
  it("is told with the reason", () => {
    expect(parse("{").unusable).toBe("it is no JSON");
    expect(parse("[".repeat(100)).unusable).toBe("it is no JSON");
    expect(parseMessage({ headers: new Map(), body: Buffer.of(0xff, 0xfe) }).unusable).toBe(
      "it is no UTF-8",
    );
    expect(parseMessage({ headers: new Map(), body: Buffer.alloc(2 << 20) }).unusable).toMatch(
      /more than/,
    );
    for (const body of [
      7,
      null,
      true,
      { hello: "world" },
      { Records: "x" },
      { specversion: "1.0" },
    ])
      expect(parse(JSON.stringify(body)).unusable, JSON.stringify(body)).toBeDefined();
    let wrapped: unknown = { Records: [record("a.mp3")] };
    for (let i = 0; i < 9; i++)
      wrapped = { Type: "Notification", Message: JSON.stringify(wrapped) };
    expect(parse(wrapped).unusable).toBe("it is wrapped too deep");
  });

  it("never throws, whatever it is", () => {
    const name = fc.constantFrom(
      "Records",
      "specversion",
      "type",
      "data",
      "detail",
      "detail-type",
      "Type",
      "Message",
      "s3",
      "object",
      "bucket",
      "key",
      "name",
      "EventName",
      "Key",
      "eventVersion",
      "source",
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.constantFrom(
          "2.1",
          "1.0",
          "Notification",
          "aws.s3",
          "vastdata.com:Element.ElementCreated",
        ),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(name, tie("value"), { maxKeys: 5 }),
      ),
    }));
    const places = fc
      .sample(value, 2000)
      .flatMap((body) => parse(JSON.stringify(body) ?? "null").changes);
    expect(places.every(({ bucket, keys }) => bucket !== "" && keys.length > 0)).toBe(true);
  });
});
