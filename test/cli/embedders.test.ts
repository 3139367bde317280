import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captionLibrary } from "../helpers/caption-library.ts";
import { found, mediasearch, type Result } from "../helpers/run.ts";
import { startServer, type TestServer } from "../helpers/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer("embedding-server.ts");
});
afterAll(() => server.stop());

const KEY = "sk-secret-of-the-embedder";
const remote = (
  path: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  EMBEDDING_MODEL: "text-embedding-test",
  EMBEDDING_ENDPOINT: `${server.url}${path}`,
  EMBEDDING_API_KEY: KEY,
  BASE_RETRY_DELAY_MS: "20",
  MAX_RETRY_ATTEMPTS: "2",
  ...more,
});

describe("a library whose embeddings are made by a server", () => {
  it("is refused to another model before anything is written, moves to it with migrate --reembed, and is searched with it", async () => {
    await server.faults();
    const home = await captionLibrary(2);
    const env = remote("/openai/v1");
    for (const argv of [
      ["index", join(home, "media")],
      ["search", "harbour"],
    ]) {
      const { exitCode, stderr } = await mediasearch(argv, { home, env });
      expect([exitCode, stderr.includes("migrate --reembed")], stderr).toEqual([13, true]);
    }
    expect((await mediasearch(["migrate", "--reembed"], { home, env })).exitCode).toBe(0);
    expect(
      found(
        await mediasearch(["search", "who pays for the port", "--mode", "semantic", "--json"], {
          home,
          env,
        }),
      ).hits[0]?.text,
    ).toContain("harbour");
    writeFileSync(
      join(home, "media/new.srt"),
      "1\n00:00:00,000 --> 00:00:05,000\nThe lighthouse keeper retires.\n",
    );
    expect((await mediasearch(["index", join(home, "media")], { home, env })).exitCode).toBe(0);
    expect(
      found(
        await mediasearch(["search", "lighthouse", "--mode", "semantic", "--json"], { home, env }),
      ).hits[0]?.file,
    ).toContain("new.srt");
  });

  it("stops with exit 12 at a wrong key, which is shown nowhere", async () => {
    await server.faults();
    const home = await captionLibrary(1);
    const env = remote("/locked/v1");
    const results: Result[] = [];
    for (const argv of [
      ["index", join(home, "media")],
      ["migrate", "--reembed"],
      ["search", "harbour"],
      ["doctor", "--json"],
      ["config", "--json"],
    ])
      results.push(await mediasearch(argv, { home, env }));
    expect(results.slice(0, 3).map(({ exitCode }) => exitCode)).toEqual([12, 12, 12]);
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(KEY);
    expect(readFileSync(join(home, "library.sqlite"), "latin1")).not.toContain(KEY);
  });

  it("of another length than EMBEDDING_DIMENSION says is refused with exit 13", async () => {
    await server.faults();
    const home = await captionLibrary(1);
    expect(
      (
        await mediasearch(["migrate", "--reembed"], {
          home,
          env: remote("/embed", { EMBEDDING_DIMENSION: "1024" }),
        })
      ).exitCode,
    ).toBe(13);
  });

  it("whose server is away at search time says so with exit 16; words are found all the same", async () => {
    await server.faults();
    const home = await captionLibrary(1);
    const env = remote("/openai/v1");
    expect((await mediasearch(["migrate", "--reembed"], { home, env })).exitCode).toBe(0);
    const away = { ...env, EMBEDDING_ENDPOINT: "http://127.0.0.1:9/v1" };
    expect(
      (await mediasearch(["search", "something new", "--mode", "semantic"], { home, env: away }))
        .exitCode,
    ).toBe(16);
    expect(
      (await mediasearch(["search", "harbour", "--mode", "keyword"], { home, env: away })).exitCode,
    ).toBe(0);
  });
});
