import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { certificate } from "../../test/helpers/certificate.ts";
import { type Result, runChains } from "./check.ts";
import { clockOutcome, networkSteps } from "./network.ts";

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    if ("closeAllConnections" in server) (server.closeAllConnections as () => void)();
  });
  return (server.address() as AddressInfo).port;
}

const check = async (url: string, caFile?: string): Promise<readonly Result[]> =>
  runChains(
    [networkSteps({ url, setting: "VAST_ENDPOINT", group: "VAST", caFile })],
    new AbortController().signal,
  );
const last = (results: readonly Result[]): Result => results.at(-1) as Result;
const hello: RequestListener = (_request, response) => void response.end("hello");

describe("the steps to a server", () => {
  it("all go well with one that answers", async () => {
    const port = await listen(createHttp(hello));
    const results = await check(`http://127.0.0.1:${port}`);
    expect(results.map(({ check, status }) => `${check} ${status}`)).toEqual([
      "VAST name ok",
      "VAST port ok",
      "VAST HTTP ok",
      "VAST clock ok",
    ]);
    expect(results.every(({ ms, tried }) => ms >= 0 && tried !== "")).toBe(true);
  });

  it("stop at a name that has no address", async () => {
    const results = await check("http://no-such-host.invalid:80");
    expect(results.length).toBe(1);
    expect(last(results)).toMatchObject({
      status: "failed",
      code: "UNREACHABLE",
      hint: expect.stringContaining("VAST_ENDPOINT") as string,
    });
  });

  it("stop at a port where nobody listens", async () => {
    expect(last(await check("http://127.0.0.1:1"))).toMatchObject({
      check: "VAST port",
      status: "failed",
      found: expect.stringContaining("nobody listens") as string,
    });
  });

  it("tell https that is asked of a plain port, and the other way round", async () => {
    const plain = await listen(createHttp(hello));
    expect(last(await check(`https://127.0.0.1:${plain}`))).toMatchObject({
      check: "VAST TLS",
      status: "failed",
      hint: expect.stringContaining(`VAST_ENDPOINT=http://127.0.0.1:${plain}`) as string,
    });
    const secure = await listen(createHttps(await certificate(30), hello));
    expect(last(await check(`http://127.0.0.1:${secure}`))).toMatchObject({
      check: "VAST HTTP",
      status: "failed",
      hint: expect.stringContaining(`VAST_ENDPOINT=https://127.0.0.1:${secure}`) as string,
    });
  });

  it("tell a certificate of an unknown authority, and take it with its authority's file", async () => {
    const { key, cert, caFile } = await certificate(90);
    const port = await listen(createHttps({ key, cert }, hello));
    expect(last(await check(`https://localhost:${port}`))).toMatchObject({
      check: "VAST TLS",
      status: "failed",
      hint: "VAST_CA_FILE=/path/to/ca.pem",
    });
    expect(
      (await check(`https://localhost:${port}`, caFile)).every(({ status }) => status === "ok"),
    ).toBe(true);
  });

  it("tell a certificate for another name, one that has expired, one that soon will", async () => {
    const other = await certificate(90, "elsewhere.example");
    const otherPort = await listen(createHttps(other, hello));
    expect(last(await check(`https://localhost:${otherPort}`, other.caFile))).toMatchObject({
      check: "VAST TLS",
      status: "failed",
      found: "the certificate is not for localhost",
    });
    const old = await certificate(-1);
    const oldPort = await listen(createHttps(old, hello));
    expect(last(await check(`https://localhost:${oldPort}`, old.caFile))).toMatchObject({
      check: "VAST TLS",
      status: "failed",
      found: "the server's certificate has expired",
    });
    const short = await certificate(3);
    const shortPort = await listen(createHttps(short, hello));
    const results = await check(`https://localhost:${shortPort}`, short.caFile);
    expect(results.find(({ check }) => check === "VAST TLS")).toMatchObject({
      status: "warning",
      found: expect.stringContaining("expires in") as string,
    });
  });

  it("tell a server that accepts and says nothing, within the time-out", async () => {
    const port = await listen(createTcp(() => {}));
    const steps = networkSteps({
      url: `http://127.0.0.1:${port}`,
      setting: "VAST_ENDPOINT",
      group: "VAST",
    }).map((step) => ({ ...step, timeoutMs: 1500 }));
    expect(last(await runChains([steps], new AbortController().signal))).toMatchObject({
      check: "VAST HTTP",
      status: "failed",
      code: "UNREACHABLE",
      found: "no answer in 1.5 s",
    });
  });

  it("tell clocks that differ, which is why signatures are refused", async () => {
    const port = await listen(
      createHttp(
        (_request, response) =>
          void response.setHeader("Date", new Date(Date.now() + 3_600_000).toUTCString()).end(),
      ),
    );
    expect(last(await check(`http://127.0.0.1:${port}`))).toMatchObject({
      check: "VAST clock",
      status: "failed",
      code: "CREDENTIALS",
      hint: expect.stringContaining("timedatectl") as string,
    });
    expect(clockOutcome(-6 * 60_000).status).toBe("warning");
    expect(clockOutcome(1000).status).toBe("ok");
  });
});
