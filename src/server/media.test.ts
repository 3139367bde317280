import { describe, expect, it } from "vitest";
import { sendBytes, serveHttp } from "../../test/helpers/http.ts";
import { openSources } from "../pipeline/sources/registry.ts";
import { sendMedia } from "./media.ts";

const BODY = Buffer.from(Array.from({ length: 700_000 }, (_, i) => i % 251));

describe("a recording behind a link", () => {
  it("is sent through this server, whole or in part", async () => {
    const base = await serveHttp(sendBytes(BODY));
    const context = {
      openObjects: () => Promise.reject(new Error("no object store was asked for")),
      openSources: async () =>
        openSources({
          objects: () => Promise.reject(new Error("no object store was asked for")),
          links: { allowsPrivate: true, proxies: {} },
        }),
    };
    const send = async (headers: Record<string, string>): Promise<Response> =>
      sendMedia(`${base}/talk.mp3`, new Request("http://here/media", { headers }), context);
    const whole = await send({});
    expect(whole.status).toBe(200);
    expect(Buffer.from(await whole.arrayBuffer()).equals(BODY)).toBe(true);
    const part = await send({ range: "bytes=400000-400009" });
    expect([part.status, part.headers.get("content-range")]).toEqual([
      206,
      "bytes 400000-400009/700000",
    ]);
    expect(Buffer.from(await part.arrayBuffer()).equals(BODY.subarray(400_000, 400_010))).toBe(
      true,
    );
    const tag = whole.headers.get("etag") ?? "";
    expect((await send({ "if-none-match": tag })).status).toBe(304);
  });
});
