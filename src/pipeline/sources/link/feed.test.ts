import { describe, expect, it } from "vitest";
import { serveHttp as serve } from "../../../../test/helpers/http.ts";
import {
  BODY,
  failureOf,
  filesOf,
  good,
  list,
  signal,
  source,
} from "../../../../test/helpers/links.ts";
import type { ByteSource } from "../../../media/byte-source.ts";

const FEED = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel><title>River &amp; Town</title><image><title>no title of a show</title></image>
<item><title>The bridge</title><itunes:title>Bridge again</itunes:title>
  <itunes:summary>later</itunes:summary><description><![CDATA[<p>About the <b>old</b> bridge.</p>]]></description>
  <guid isPermaLink="false">ep-1</guid><pubDate>Fri, 05 Jun 2026 10:00:00 GMT</pubDate><link>/episodes/1</link>
  <enclosure url="media/bridge%20one.mp3?from=feed" type="audio/mpeg" length="300000"/>
  <podcast:transcript url="t/1.json" type="application/json"/>
  <podcast:transcript url="t?id=1" type="text/vtt; charset=utf-8" language="de"/>
  <podcast:transcript url="t/1.html" type="text/html"/>
  <podcast:chapters url="c/1.json" type="application/json+chapters"/>
  <psc:chapters><psc:chapter start="00:01" title="Hello"/><psc:chapter start="01:02:03.5" title="The ferry"/><psc:chapter start="soon" title="none"/></psc:chapters></item>
<item><title>No recording</title><description>only words</description></item>
<item><title>Elsewhere</title><enclosure url="file:///etc/passwd" type="audio/mpeg"/></item>
<item><title>Second</title><guid>ep-2</guid><enclosure url="http://cdn.example.org/two.m4a" type="audio/x-m4a" length="x"/></item>
<item><title>Second again</title><enclosure url="http://cdn.example.org/two.m4a" type="audio/x-m4a"/></item>
</channel></rss>`;

describe("a podcast", () => {
  const feedServer = (): Promise<string> =>
    serve((request, response) => {
      if (request.url === "/feed.xml") return void response.end(FEED);
      if (request.url === "/t?id=1") return void response.end("WEBVTT\n");
      good(request, response);
    });

  it("is all its recordings, each once, with what the feed says of them and no request for each", async () => {
    let requests = 0;
    const base = await serve((_, response) => {
      requests++;
      response.end(FEED);
    });
    const links = source();
    const files = filesOf(await list(links, `${base}/feed.xml`));
    const first = `${base}/media/bridge%20one.mp3?from=feed`;
    expect(files.map(({ path }) => path)).toEqual([first, "http://cdn.example.org/two.m4a"]);
    expect(files[0]).toMatchObject({
      sizeBytes: 300_000,
      mtimeMs: Date.UTC(2026, 5, 5, 10),
      recordedAtMs: Date.UTC(2026, 5, 5, 10),
      facts: {
        title: "The bridge",
        show: "River & Town",
        description: "About the old bridge.",
        page: `${base}/episodes/1`,
        chapters: [
          { startMs: 1000, title: "Hello" },
          { startMs: 3_723_500, title: "The ferry" },
        ],
      },
    });
    expect(files[0]?.sidecar?.path).toBe(`${base}/t?id=1#bridge%20one.de.vtt`);
    expect(files[0]?.otherSidecars?.map(({ path }) => path)).toEqual([
      `${base}/t/1.json#bridge%20one.json`,
    ]);
    expect(files[0]?.factsBeside?.map(({ path }) => path)).toEqual([
      `${base}/c/1.json#bridge%20one.chapters.json`,
    ]);
    expect(files[1]?.factsBeside).toEqual([]);
    expect(requests).toBe(2);
    expect(await links.stat(first, signal)).toMatchObject({ etag: files[0]?.etag });
    expect(requests).toBe(2);
  });

  it("is read from its own servers: recordings whatever their tag, transcripts without their name", async () => {
    const base = await feedServer();
    const links = source();
    const [file] = filesOf(await list(links, `${base}/feed.xml`));
    const listed = { sizeBytes: file?.sizeBytes ?? 0, etag: file?.etag ?? "" };
    const input = (await links.open(file?.path ?? "", listed, signal)) as ByteSource;
    expect(input.sizeBytes).toBe(BODY.length);
    const transcript = await links.read(file?.sidecar?.path ?? "", 100, signal);
    expect(transcript?.toString()).toBe("WEBVTT\n");
  });

  it("is a place that grows: known as one, watched, and nothing of it ever counts as deleted", async () => {
    const base = await feedServer();
    const links = source();
    expect(await links.isCollection(`${base}/feed.xml`, signal)).toBe(true);
    expect(await links.isCollection(`${base}/talk.mp3`, signal)).toBe(false);
    expect(await links.isCollection("http://127.0.0.1:9/feed.xml", signal)).toBe(false);
    const stop = new AbortController();
    const changes = await links.watch([`${base}/feed.xml`], {
      signal: stop.signal,
      onNotice: () => {},
    });
    const iterator = changes[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual([`${base}/feed.xml`]);
    stop.abort(new Error("enough"));
    await expect(iterator.next()).rejects.toThrow("enough");
  });

  it("is left out in part by globs, and refused when nothing can be heard in it", async () => {
    const base = await feedServer();
    expect(filesOf(await list(source(), `${base}/feed.xml`, ["*.m4a"]))).toMatchObject([
      { path: "http://cdn.example.org/two.m4a" },
    ]);
    const empty = await serve((_, response) => response.end("<rss><channel/></rss>"));
    expect((await failureOf(`${empty}/feed`)).message).toContain("a feed without recordings");
  });
});
