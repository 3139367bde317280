import { describe, expect, it } from "vitest";
import type { Identity } from "../app/access/identity.ts";
import { createIdempotency, type KeyedRequest } from "./idempotency.ts";

const person = (id: string): Identity => ({
  id,
  name: id,
  kind: "key",
  scopes: [],
  filters: [],
  keyId: id,
  expiresAtMs: null,
});
const request = (key: string, digest = "a", id = "1"): KeyedRequest => ({
  identity: person(id),
  key,
  digest,
});

describe("requests with an Idempotency-Key", () => {
  it("are done once, for each caller, for an hour", async () => {
    let nowMs = 0;
    const { once } = createIdempotency(() => nowMs);
    let done = 0;
    const act = async () => Response.json({ done: ++done }, { status: 201 });
    const read = async (asked: KeyedRequest) => {
      const response = await once(asked, act);
      return [
        response.status,
        ((await response.json()) as { done: number }).done,
        response.headers.get("idempotency-replayed"),
      ];
    };
    expect(await read(request("k"))).toEqual([201, 1, null]);
    expect(await read(request("k"))).toEqual([201, 1, "true"]);
    expect(await read(request("k", "a", "2"))).toEqual([201, 2, null]);
    nowMs = 3_600_001;
    expect(await read(request("k"))).toEqual([201, 3, null]);
  });

  it("are refused under a key of another request, and while the first is under way", async () => {
    const { once } = createIdempotency();
    const gate = Promise.withResolvers<Response>();
    const first = once(request("k"), () => gate.promise);
    const act = async () => new Response();
    await expect(once(request("k"), act)).rejects.toMatchObject({ status: 409 });
    gate.resolve(new Response(null, { status: 204 }));
    expect((await first).status).toBe(204);
    await expect(once(request("k", "b"), act)).rejects.toMatchObject({ status: 422 });
    expect((await once(request("k"), act)).status).toBe(204);
  });

  it("that failed may be tried again", async () => {
    const { once } = createIdempotency();
    await expect(once(request("k"), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect((await once(request("k"), async () => new Response("yes"))).status).toBe(200);
  });

  it("fill no memory: of many long answers the last stay, of what is under way all", async () => {
    const { once } = createIdempotency();
    const gate = Promise.withResolvers<Response>();
    const underWay = once(request("under way"), () => gate.promise);
    const long = async () => Response.json("x".repeat(900_000));
    const isRepeated = async (key: string): Promise<boolean> =>
      (await once(request(key), long)).headers.get("idempotency-replayed") === "true";
    for (let n = 0; n < 60; n++) await once(request(`k${n}`), long);
    expect([await isRepeated("k0"), await isRepeated("k59")]).toEqual([false, true]);
    await expect(once(request("under way"), long)).rejects.toMatchObject({ status: 409 });
    gate.resolve(Response.json({}));
    await underWay;
  });

  it("are not held up where the answer is a stream, which is not kept", async () => {
    const { once } = createIdempotency();
    const stream = async () =>
      new Response(new ReadableStream({ start: (to) => to.enqueue(Buffer.from("data: 1")) }), {
        headers: { "content-type": "text/event-stream" },
      });
    const response = await once(request("k"), stream);
    await response.body?.cancel();
    expect((await once(request("k"), stream)).headers.get("idempotency-replayed")).toBeNull();
  });
});
