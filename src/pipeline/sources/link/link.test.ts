import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { askedRange, serveHttp as serve } from "../../../../test/helpers/http.ts";
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
import { PrivateAddressError, publicLookup } from "../../../public-address.ts";
import type { MediaSource } from "../media-source.ts";

const askedOf = (request: IncomingMessage): readonly [number, number] | undefined =>
  askedRange(request, BODY.length);

async function readWhole(of: MediaSource, location: string): Promise<Buffer> {
  const [file] = filesOf(await list(of, location));
  const listed = { sizeBytes: file?.sizeBytes ?? 0, etag: file?.etag ?? "" };
  const input = (await of.open(location, listed, signal)) as ByteSource;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < input.sizeBytes;) {
    const part = await input.read(at, 50_000);
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

describe("a recording behind a link", () => {
  it("is listed by what its server says, and read in parts as they are needed", async () => {
    const asked: (readonly [number, number] | undefined)[] = [];
    const base = await serve((request, response) => {
      asked.push(askedOf(request));
      good(request, response);
    });
    const links = source();
    const [file] = filesOf(await list(links, `${base}/talk.mp3`));
    expect(file).toMatchObject({
      path: `${base}/talk.mp3`,
      kind: "media",
      sizeBytes: BODY.length,
      mtimeMs: Date.UTC(2026, 5, 5, 10),
    });
    const input = (await links.open(`${base}/talk.mp3`, undefined, signal)) as ByteSource;
    asked.length = 0;
    const part = await input.read(200_000, 100);
    expect(Buffer.from(part).equals(BODY.subarray(200_000, 200_000 + part.length))).toBe(true);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.[0]).toBe(200_000);
    expect((await readWhole(links, `${base}/talk.mp3`)).equals(BODY)).toBe(true);
  });

  it("goes on where the line was cut, however often, and gives up on one that brings nothing", async () => {
    let cuts = 0;
    const starts: number[] = [];
    const base = await serve((request, response) => {
      const [from, to] = askedOf(request) ?? [0, BODY.length];
      if (to - from <= 4096) return good(request, response);
      starts.push(from);
      if (cuts++ >= 9) return good(request, response);
      response.writeHead(206, {
        "content-length": to - from,
        etag: '"one"',
        "content-range": `bytes ${from}-${to - 1}/${BODY.length}`,
      });
      response.write(BODY.subarray(from, from + 5000), () => response.destroy());
    });
    expect((await readWhole(source(), `${base}/talk.mp3`)).equals(BODY)).toBe(true);
    expect(starts.slice(0, 3)).toEqual([0, 5000, 10_000]);

    const silent = await serve((request, response) => {
      const [from, to] = askedOf(request) ?? [0, BODY.length];
      if (to - from <= 4096) return good(request, response);
      response.writeHead(206, {
        etag: '"one"',
        "content-range": `bytes ${from}-${to - 1}/${BODY.length}`,
      });
      response.flushHeaders();
    });
    await expect(readWhole(source(), `${silent}/talk.mp3`)).rejects.toMatchObject({
      code: "IO_FAILED",
      message: `${silent}/talk.mp3: its server does not answer`,
    });
  });

  it("is fetched as a whole where its server sends no parts, of unknown length too", async () => {
    for (const headers of [{ "content-length": BODY.length }, {}]) {
      const base = await serve((_, response) => {
        response.writeHead(200, { "content-type": "audio/mpeg", ...headers });
        response.end(BODY);
      });
      expect((await readWhole(source(), `${base}/talk.mp3`)).equals(BODY)).toBe(true);
    }
  });

  it("is never mixed of two contents, whichever way the server tells that it changed", async () => {
    for (const later of [
      { status: 206, etag: '"two"', total: BODY.length },
      { status: 206, etag: '"one"', total: BODY.length + 1 },
      { status: 200, etag: '"two"', total: BODY.length },
      { status: 416, etag: '"two"', total: 10 },
    ]) {
      const base = await serve((request, response) => {
        const [from, to] = askedOf(request) ?? [0, BODY.length];
        if (from < 100_000) return good(request, response);
        response.writeHead(later.status, {
          etag: later.etag,
          ...(later.status === 200
            ? {}
            : { "content-range": `bytes ${from}-${to - 1}/${later.total}` }),
        });
        response.end(BODY.subarray(from, to));
      });
      await expect(
        readWhole(source(), `${base}/talk.mp3`),
        JSON.stringify(later),
      ).rejects.toMatchObject({
        code: "IO_FAILED",
        message: `${base}/talk.mp3: it changed while it was read`,
      });
    }
    let tag = '"one"';
    const base = await serve((request, response) => {
      const setHeader = response.writeHead.bind(response);
      response.writeHead = ((status: number, headers: object) =>
        setHeader(status, { ...headers, etag: tag })) as typeof response.writeHead;
      good(request, response);
    });
    const links = source();
    const [file] = filesOf(await list(links, `${base}/talk.mp3`));
    tag = '"two"';
    const listed = { sizeBytes: file?.sizeBytes ?? 0, etag: file?.etag ?? "" };
    await expect(links.open(`${base}/talk.mp3`, listed, signal)).rejects.toMatchObject({
      code: "IO_FAILED",
    });
    const [now] = filesOf(await list(links, `${base}/talk.mp3`));
    expect(now?.etag).not.toBe(file?.etag);
  });

  it("takes no more than was asked for from a server that sends without end", async () => {
    const base = await serve((request, response) => {
      const [from, to] = askedOf(request) ?? [0, BODY.length];
      response.writeHead(206, {
        etag: '"one"',
        "content-type": "audio/mpeg",
        "content-range": `bytes ${from}-${to - 1}/${BODY.length}`,
      });
      response.write(BODY.subarray(from, to));
      const more = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.on("close", () => clearInterval(more));
    });
    expect((await readWhole(source(), `${base}/talk.mp3`)).equals(BODY)).toBe(true);
    expect(await source().read(`${base}/talk.vtt`, 1_000_000, signal)).toBeUndefined();
  });

  it("waits for a server that is busy, and tells what a refusal means", async () => {
    let busy = 2;
    const base = await serve((request, response) => {
      if (busy-- > 0) return void response.writeHead(503).end();
      good(request, response);
    });
    expect(filesOf(await list(source(), `${base}/talk.mp3`))).toHaveLength(1);
    for (const [status, code, says] of [
      [404, "NOT_FOUND", "does not exist (HTTP 404)"],
      [403, "UNREADABLE_MEDIA", "lets nobody in without a password (HTTP 403)"],
      [418, "UNREADABLE_MEDIA", "refused (HTTP 418)"],
      [500, "IO_FAILED", "answers HTTP 500"],
    ] as const) {
      const refusing = await serve((_, response) => void response.writeHead(status).end());
      const failure = await failureOf(`${refusing}/talk.mp3`);
      expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(says)]);
    }
    const { stat } = source();
    const gone = await serve((_, response) => void response.writeHead(404).end());
    expect(await stat(`${gone}/talk.mp3`, signal)).toBeUndefined();
  });
});

describe("links that lead elsewhere", () => {
  it("are followed, but not in circles", async () => {
    const base = await serve((request, response) => {
      if (request.url === "/loop") return void response.writeHead(302, { location: "/loop" }).end();
      if (request.url === "/count/talk.mp3")
        return void response.writeHead(307, { location: "../talk.mp3" }).end();
      good(request, response);
    });
    expect(filesOf(await list(source(), `${base}/count/talk.mp3`))).toMatchObject([
      { path: `${base}/count/talk.mp3`, sizeBytes: BODY.length },
    ]);
    expect((await failureOf(`${base}/loop`)).message).toContain("is redirected without end");
  });

  it("never reach this machine or its network, by address or by name", async () => {
    let requests = 0;
    const base = await serve((request, response) => {
      requests++;
      good(request, response);
    });
    const { port } = new URL(base);
    const careful = source({ allowsPrivate: false });
    for (const root of [
      base,
      `http://localhost:${port}`,
      `http://[::1]:${port}`,
      `http://[::ffff:127.0.0.1]:${port}`,
      `http://2130706433:${port}`,
      "http://169.254.169.254",
      "http://10.0.0.1",
    ])
      expect(await failureOf(`${new URL(root).href}talk.mp3`, careful)).toMatchObject({
        code: "UNREADABLE_MEDIA",
        message: expect.stringContaining("leads to a private address"),
        hint: expect.stringContaining("LINKS_PRIVATE=true"),
      });
    await expect(careful.open(`${base}/talk.mp3`, undefined, signal)).rejects.toMatchObject({
      code: "UNREADABLE_MEDIA",
    });
    await expect(careful.read(`${base}/talk.vtt`, 10, signal)).rejects.toMatchObject({
      code: "UNREADABLE_MEDIA",
    });
    expect(requests).toBe(0);
    for (const target of [
      "file:///etc/passwd",
      "ftp://example.org/a.mp3",
      "http://a:b@127.0.0.1/",
    ]) {
      const sly = await serve(
        (_, response) => void response.writeHead(302, { location: target }).end(),
      );
      expect((await failureOf(`${sly}/talk.mp3`)).message).toContain(
        "is redirected to what is no link",
      );
    }
  });

  it("never reach them by a redirect either, nor by a name that turns out to be one of them", async () => {
    const asked: string[] = [];
    // As a proxy it answers for every host.
    const proxy = await serve((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
    });
    const careful = source({ allowsPrivate: false, proxies: { http: proxy } });
    expect((await failureOf("http://media.example.org/talk.mp3", careful)).message).toBe(
      "http://media.example.org/talk.mp3: leads to a private address",
    );
    expect(asked).toEqual(["http://media.example.org/talk.mp3"]);
    const lookedUp = await new Promise((resolve) => {
      publicLookup("localhost", {}, (error) => resolve(error));
    });
    expect(lookedUp).toBeInstanceOf(PrivateAddressError);
  });

  it("to pages and playlists are refused with the program that can read them", async () => {
    const page = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end("<!doctype html><title>A talk</title>");
    });
    for (const root of [
      `${page}/watch?v=1`,
      "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
      "https://youtu.be/x",
    ])
      expect(await failureOf(root, source({ allowsPrivate: true }))).toMatchObject({
        code: "UNREADABLE_MEDIA",
        message: `${root}: is a web page, not a recording; yt-dlp can download it`,
        hint: expect.stringContaining("yt-dlp"),
      });
    const playlist = await serve((_, response) =>
      response.end("#EXTM3U\n#EXT-X-VERSION:3\na.ts\n"),
    );
    expect((await failureOf(`${playlist}/live.m3u8`)).message).toContain("yt-dlp can download it");
    const text = await serve((_, response) => response.end("just some words"));
    expect((await failureOf(`${text}/notes`)).message).toContain("is no recording and no feed");
  });
});
