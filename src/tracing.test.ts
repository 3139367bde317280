import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSpanId, createTraceId, createTracer, type Span } from "./tracing.ts";

const span = (): Span => ({
  name: "GET /v1/search",
  kind: "server",
  traceId: createTraceId(),
  spanId: createSpanId(),
  startMs: 1,
  endMs: 2,
  attributes: {},
});

/** Why spans were lost. */
async function lost(endpoint: string, headers: string): Promise<string> {
  const reasons: string[] = [];
  const tracer = createTracer({
    endpoint,
    headers,
    service: "test",
    onLost: (_spans, reason) => reasons.push(reason),
  });
  tracer.add(span());
  await tracer.close();
  return reasons.join("; ");
}

async function serve(status: number, location?: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, location === undefined ? {} : { location }).end("SECRET");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a collector of traces", () => {
  it("that gets no spans is told of without its keys, whatever is wrong with them", async () => {
    const address = await serve(200);
    for (const headers of [
      "authorization=Bearer%20SECRET%0Ax",
      "SECRET name=1",
      "authorization=SECRET%E2%82%AC",
    ]) {
      const reason = await lost(address, headers);
      expect(reason).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT/);
      expect(reason).not.toContain("SECRET");
    }
    expect(await lost("http://ann:SECRET@127.0.0.1:9", "")).not.toContain("SECRET");
  });

  it("that refuses, redirects or is not there gets the keys once, and nobody else does", async () => {
    expect(await lost(await serve(401), "authorization=SECRET")).toBe("HTTP 401");
    let asked = 0;
    const other = createServer((_request, response) => void response.end(String(++asked)));
    await new Promise<void>((resolve) => {
      other.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => void other.close());
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/traces`;
    expect(await lost(await serve(307, elsewhere), "authorization=SECRET")).not.toBe("");
    expect(asked).toBe(0);
    expect(await lost("http://127.0.0.1:9", "authorization=SECRET")).not.toContain("SECRET");
  });
});
