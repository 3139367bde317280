import { readFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect as connectSocket, type AddressInfo, type Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { KEYS, serve } from "../../../../test/vast/server.ts";
import { connectClient } from "./client.ts";
import { proxyFor } from "../../../proxy.ts";

const TLS = new URL("../../../../test/vast/tls/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, TLS), "utf8");

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function tlsServer(): Promise<string> {
  const server = createHttps(
    { key: read("server.key"), cert: read("server.pem") },
    (_, response) =>
      void response.setHeader("server", "vast 5.5.0.10").setHeader("connection", "close").end(),
  );
  return `https://localhost:${await listen(server)}`;
}

/** A proxy that notes what it was asked for. */
async function proxy(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createHttp((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader("server", "vast 5.5.0.10").setHeader("connection", "close").end();
  });
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    const there = connectSocket(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      there.pipe(socket).pipe(there);
    });
    socket.on("error", () => there.destroy());
    there.on("error", () => socket.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, asked };
}

describe("TLS", () => {
  it("is verified: a certificate of an unknown authority is UNREACHABLE, with the setting that mends it", async () => {
    await expect(
      connectClient({ endpoint: await tlsServer(), ...KEYS, timeoutMs: 5000 }),
    ).rejects.toMatchObject({ code: "UNREACHABLE", hint: expect.stringContaining("VAST_CA_FILE") });
  });

  it("trusts an authority of the user's own", async () => {
    const client = await connectClient({
      endpoint: await tlsServer(),
      ...KEYS,
      ca: read("ca.pem"),
    });
    expect(client.version).toEqual([5, 5, 0, 10]);
    client.close();
  });
});

describe("proxies", () => {
  it("are asked to connect for https, and the certificate is the server's all the same", async () => {
    const endpoint = await tlsServer();
    const { url, asked } = await proxy();
    const client = await connectClient({
      endpoint,
      ...KEYS,
      ca: read("ca.pem"),
      proxies: { https: url },
    });
    client.close();
    expect(asked).toEqual([`CONNECT ${new URL(endpoint).host}`]);
    await expect(
      connectClient({ endpoint, ...KEYS, proxies: { https: url } }),
    ).rejects.toMatchObject({
      code: "UNREACHABLE",
    });
  });

  it("get the whole address for http", async () => {
    const { url, asked } = await proxy();
    (
      await connectClient({ endpoint: "http://vast.example:8070", ...KEYS, proxies: { http: url } })
    ).close();
    expect(asked).toEqual(["GET http://vast.example:8070/?transaction"]);
  });

  it("are passed by for hosts that need none", async () => {
    const { endpoint } = await serve((_, response) => void response.end());
    const { url, asked } = await proxy();
    (
      await connectClient({ endpoint, ...KEYS, proxies: { http: url, no: "localhost,127.0.0.1" } })
    ).close();
    expect(asked).toEqual([]);
  });

  for (const [no, isUsed] of [
    ["", true],
    ["*", false],
    ["example.com", false],
    [".example.com", false],
    ["*.example.com", false],
    ["vast.example.com:9090", false],
    ["vast.example.com:80", true],
    ["ample.com", true],
    ["other.org, VAST.example.com", false],
  ] as const)
    it(`NO_PROXY="${no}" ${isUsed ? "uses" : "passes by"} the proxy`, () =>
      expect(
        proxyFor(new URL("http://vast.example.com:9090"), { http: "http://p", no }) !== undefined,
      ).toBe(isUsed));
});
