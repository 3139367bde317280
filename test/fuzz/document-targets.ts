import {
  CompressionAlgorithms,
  createRecordsBatch,
  Reader,
  readRecordsBatches,
} from "@platformatic/kafka";
import { readAnswer } from "../../src/app/ask/cited-answer.ts";
import { parseRttm } from "../../src/evaluation/rttm.ts";
import { readDash } from "../../src/media/packages/dash.ts";
import { readHls } from "../../src/media/packages/hls.ts";
import { loadKafka } from "../../src/notifications/kafka/client.ts";
import { readFeed } from "../../src/pipeline/sources/link/feed.ts";
import { answerMcp } from "../../src/server/mcp.ts";
import type { FuzzTarget } from "./target.ts";

const text = (...samples: readonly string[]): Uint8Array[] =>
  samples.map((sample) => Buffer.from(sample));

const FEED = `<?xml version="1.0"?><rss version="2.0" xmlns:itunes="i" xmlns:podcast="p"><channel><title>T</title><item><title>One</title><guid>1</guid><pubDate>Tue, 01 Sep 2026 10:00:00 GMT</pubDate><enclosure url="https://a.example/1.mp3" length="12" type="audio/mpeg"/><podcast:transcript url="1.vtt" type="text/vtt" language="en"/><description>&lt;p&gt;words&lt;/p&gt;</description></item></channel></rss>`;
const ATOM = `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>1</id><link rel="enclosure" href="/1.mp3" type="audio/mpeg" length="1"/><updated>2026-01-01T00:00:00Z</updated></entry></feed>`;
const HLS = `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",URI="en/main.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1280000,AUDIO="a"
low/main.m3u8
#EXT-X-MAP:URI="init.mp4"
#EXT-X-BYTERANGE:1000@0
#EXTINF:10.0,
part-1.ts
#EXT-X-ENDLIST
`;
const DASH = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT30S"><BaseURL>b/</BaseURL><Period><AdaptationSet mimeType="audio/mp4" lang="en"><SegmentTemplate media="a-$Number%05d$.m4s" initialization="i-$RepresentationID$.mp4" timescale="1000" duration="10000" startNumber="1"><SegmentTimeline><S t="0" d="10000" r="2"/></SegmentTimeline></SegmentTemplate><Representation id="1" bandwidth="64000"/></AdaptationSet></Period></MPD>`;

const { budget } = await loadKafka();
const batches = (): Uint8Array[] =>
  Object.values(CompressionAlgorithms).map((compression) =>
    Uint8Array.from(
      createRecordsBatch([{ topic: "t", value: Buffer.from("one"), headers: new Map() }], {
        compression,
      }).buffer,
    ),
  );

/** Nothing is read: what a call asks for is what counts. */
const SERVICES = {
  reads: { run: async () => ({ files: [], hits: [] }) },
} as unknown as Parameters<typeof answerMcp>[1];
const IDENTITY = {
  id: "k",
  name: "k",
  kind: "key",
  scopes: ["search", "read"],
  filters: [],
  keyId: "k",
  expiresAtMs: null,
} as unknown as Parameters<typeof answerMcp>[2];

async function callMcp(bytes: Uint8Array): Promise<void> {
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-06-18",
  };
  const request = new Request("http://x/mcp", {
    method: "POST",
    headers,
    body: Uint8Array.from(bytes),
  });
  const response = await answerMcp(request, SERVICES, IDENTITY);
  if (response.status >= 500) throw new TypeError(`HTTP ${response.status}`);
  await response.text();
}

/** Readers of documents that others write: feeds, manifests, answers, annotations, events. */
export const DOCUMENT_READERS: readonly FuzzTarget[] = [
  {
    name: "feed",
    seeds: () => text(FEED, ATOM),
    read(bytes) {
      for (const { location } of readFeed(bytes, "https://a.example/feed.xml").episodes)
        if (!/^https?:\/\//.test(location)) throw new TypeError(`leads to ${location}`);
    },
  },
  { name: "hls", seeds: () => text(HLS), read: (bytes) => readHls(bytes.toString("utf8")) },
  { name: "dash", seeds: () => text(DASH), read: (bytes) => readDash(bytes.toString("utf8")) },
  {
    name: "ask-answer",
    seeds: () =>
      text("The fee stays [1]. Mr. Smith said 3.5 euros. [2][3] It was [1, 3]!", "NOT FOUND"),
    read(bytes) {
      for (const { moments } of readAnswer(bytes.toString("utf8"), 3).sentences)
        if (moments.length === 0 || moments.some((moment) => !(moment >= 1 && moment <= 3)))
          throw new TypeError(`names ${moments.join()}`);
    },
  },
  {
    name: "rttm",
    seeds: () => text("SPEAKER a 1 0.50 3.25 <NA> <NA> ann <NA> <NA>\nLEXEME a 1 0 1\n"),
    read(bytes) {
      for (const { startMs, endMs } of parseRttm(bytes.toString("utf8"), "a.rttm"))
        if (!(startMs >= 0 && endMs >= startMs)) throw new TypeError(`${startMs} to ${endMs}`);
    },
  },
  {
    name: "kafka-batch",
    seeds: batches,
    read(bytes) {
      budget.reset();
      return readRecordsBatches(Reader.from(bytes));
    },
  },
  {
    name: "mcp-http",
    seeds: () =>
      text(
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"q":"bees","limit":5}}}',
        '{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}',
        '{"jsonrpc":"2.0","id":3,"method":"tools/list"}',
      ),
    read: callMcp,
  },
];
