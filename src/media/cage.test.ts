import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FIXTURES, tempFolder } from "../../test/helpers/run.ts";
import type { MediaInput } from "./byte-source.ts";
import { probeMedia } from "./probe.ts";
import { probeSource } from "./source.ts";

/** A recording of somebody else, which files in `folder` try to reach; here also by HTTP. */
let secret: string;
let folder: string;
let requests: string[];
const server = createServer((request, response) => {
  requests.push(request.url ?? "");
  response.end(readFileSync(secret));
});
beforeEach(async () => {
  [folder, secret, requests] = [tempFolder(), join(tempFolder(), "secret.wav"), []];
  copyFileSync(join(FIXTURES, "budget.wav"), secret);
  if (!server.listening) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(() => void server.close());
const address = (): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret.wav`;

const dash = (url: string): string => `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S"
  profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="audio/wav">
  <Representation id="1" bandwidth="256000"><BaseURL>${url}</BaseURL></Representation>
</AdaptationSet></Period></MPD>`;
const hls = (url: string): string =>
  `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${url}\n#EXT-X-ENDLIST\n`;
const concat = (url: string): string => `ffconcat version 1.0\nfile '${url}'\n`;
const sdp = (url: string): string =>
  `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:${url}\nm=audio 5004 RTP/AVP 0\n`;
const LEADS: Readonly<Record<string, (url: string) => string>> = {
  "a.mp4": dash,
  "b.mp4": hls,
  "c.mp3": concat,
  "d.wav": sdp,
  "e.mpd": dash,
  "f.m3u8": hls,
  "g.ffconcat": concat,
  "h.mkv": (url) => `<smil><body><audio src="${url}"/></body></smil>`,
  "i.mp4": (url) => `RTSP/1.0\nlocation: ${url}\n`,
  "j.avi": (url) => `[playlist]\nFile1=${url}\n`,
  "k.mov": (url) => `;FFMETADATA1\n[STREAM]\nfile=${url}\n`,
};
const asBytes = (path: string): MediaInput => {
  const bytes = readFileSync(path);
  return {
    name: `s3://bucket/${basename(path)}`,
    sizeBytes: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
  };
};

describe("a file that leads to other files or hosts", () => {
  for (const [name, write] of Object.entries(LEADS))
    it(`such as ${name} is no recording and reaches none`, async () => {
      copyFileSync(secret, join(folder, "beside.wav"));
      const urls = [secret, `file:${secret}`, "beside.wav", "../secret.wav", address()];
      for (const url of urls) {
        const path = join(folder, name);
        writeFileSync(path, write(url));
        for (const open of [
          () => probeMedia(path),
          () => probeMedia(asBytes(path)),
          () => probeSource(path),
        ])
          await expect(open(), url).rejects.toMatchObject({ code: "UNREADABLE_MEDIA" });
      }
      expect(requests).toEqual([]);
    });

  it("says what it is", async () => {
    const path = join(folder, "talk.mp4");
    writeFileSync(path, dash(secret));
    await expect(probeMedia(path)).rejects.toThrow(/it holds "Dynamic Adaptive Streaming/);
    await expect(probeMedia(asBytes(path))).rejects.toThrow(/it holds "Dynamic Adaptive Streaming/);
  });
});

describe("a name that FFmpeg would take for an order", () => {
  it("is a name", async () => {
    for (const name of ["%03d.wav", "a*.wav", "concat:x|y.wav", "12:30.wav", "http:x.wav"]) {
      mkdirSync(join(folder, "deep"), { recursive: true });
      const path = join(folder, "deep", name);
      copyFileSync(secret, path);
      expect((await probeMedia(path)).container, name).toBe("wav");
    }
  });
});
