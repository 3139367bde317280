import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { loadConfig } from "../config/load.ts";
import { modelProvider } from "./model-provider.ts";

it("a model that could not be had is tried again after a minute, and one that is here is kept", async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = tempFolder();
  const world = {
    env: {
      HOME: folder,
      HF_HOME: join(folder, "hub"),
      HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      MEDIASEARCH_CACHE: join(folder, "cache"),
    },
    cwd: folder,
    signal: new AbortController().signal,
    tell: () => {},
  };
  let timeMs = 0;
  const provide = modelProvider(loadConfig({}, world).settings, world, true, () => timeMs);
  const ask = (): Promise<void> =>
    expect(provide("whisper-base")).rejects.toMatchObject({ code: "MISSING_MODEL" });
  try {
    await Promise.all([ask(), ask()]);
    timeMs = 59_999;
    await ask();
    expect(requests).toBe(1);
    timeMs = 60_000;
    await ask();
    expect(requests).toBe(2);
    const found = provide("whisper-multilingual");
    await found;
    timeMs = 1_000_000;
    expect(provide("whisper-multilingual")).toBe(found);
  } finally {
    server.close();
  }
});
