import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { BIN, environment, FIXTURES, mediasearch } from "../helpers/run.ts";
import { schemaErrors } from "../helpers/schema.ts";
import { PATIENCE_MS } from "../helpers/until.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-mcp-"));
const films = join(home, "films");
beforeAll(async () => {
  mkdirSync(films);
  for (const name of ["lecture.mp3", "lecture.vtt", "news.mp3", "news.en.srt", "minutes.vtt"])
    copyFileSync(join(FIXTURES, name), join(films, name));
  writeFileSync(
    join(films, "long.vtt"),
    `WEBVTT\n\n${Array.from({ length: 300 }, (_, i) => `${new Date(i * 10_000).toISOString().slice(11, 23)} --> ${new Date(i * 10_000 + 9000).toISOString().slice(11, 23)}\nSentence number ${i} is about lighthouses.\n`).join("\n")}`,
  );
  await mediasearch(["index", films], { home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The official client, talking to the real program. */
async function connect(
  at = home,
): Promise<{ readonly client: Client; readonly transport: StdioClientTransport }> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN, "mcp"],
    cwd: films,
    env: environment(at),
    stderr: "pipe",
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, transport };
}

const piped = (input: string) =>
  spawnSync(process.execPath, [BIN, "mcp"], {
    cwd: films,
    env: environment(home),
    input,
    encoding: "utf8",
    timeout: PATIENCE_MS,
  });

type Answer = Readonly<Record<string, unknown>>;
const call = async (client: Client, name: string, args: Answer) => {
  const { structuredContent, isError, content } = await client.callTool({
    name,
    arguments: { ...args },
  });
  return {
    answer: structuredContent as Answer,
    isError: isError === true,
    text: (content as readonly { text: string }[])[0]?.text ?? "",
  };
};

describe("mediasearch mcp", () => {
  it("says what it is and offers three tools that only read", async () => {
    const { client } = await connect();
    expect(client.getServerVersion()).toMatchObject({
      name: "mediasearch",
      version: (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version,
    });
    expect(client.getInstructions()).toMatch(/Use search to find moments/);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["search", "transcript", "list"]);
    for (const { annotations, inputSchema, outputSchema, description } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect([inputSchema.type, outputSchema?.["type"], typeof description]).toEqual([
        "object",
        "object",
        "string",
      ]);
    }
  });

  it("finds what was said, by words and by meaning, with the lines around it, as the published schema says", async () => {
    const { client } = await connect();
    for (const mode of ["keyword", "hybrid", "semantic"]) {
      const { answer, text, isError } = await call(client, "search", {
        query: "the river bends near the coast",
        mode,
        limit: 2,
      });
      expect([isError, schemaErrors("search", answer)], mode).toEqual([false, ""]);
      expect(JSON.parse(text)).toEqual(answer);
      expect(answer["hits"], mode).toMatchObject([
        {
          displayFile: "lecture.mp3",
          speaker: "Student",
          before: [{ speaker: "Ada Moreau" }],
          after: [{}],
        },
        {},
      ]);
    }
    const filtered = await call(client, "search", {
      query: "the river",
      speaker: "Ada",
      file: "lecture.*",
      context: 0,
      all_hits: true,
    });
    expect(
      (filtered.answer["hits"] as { speaker: string }[]).map(({ speaker }) => speaker),
    ).toEqual(["Ada Moreau", "Ada Moreau"]);
  });

  it("turns pages: of hits, of a transcript and of the list", async () => {
    const { client } = await connect();
    const search = await call(client, "search", {
      query: "lighthouses",
      mode: "keyword",
      limit: 50,
      offset: 290,
      context: 0,
    });
    expect([search.answer["total"], (search.answer["hits"] as unknown[]).length]).toEqual([
      300, 10,
    ]);
    const whole = await call(client, "transcript", { file: "long.vtt" });
    expect([whole.answer["total"], (whole.answer["segments"] as unknown[]).length]).toEqual([
      300, 200,
    ]);
    const rest = await call(client, "transcript", { file: "long.vtt", offset: 200 });
    expect((rest.answer["segments"] as { text: string }[])[0]?.text).toBe(
      "Sentence number 200 is about lighthouses.",
    );
    const part = await call(client, "transcript", { file: "lecture.mp3", from: "0:05", to: "6" });
    expect(
      (part.answer["segments"] as { speaker: string }[]).map(({ speaker }) => speaker),
    ).toEqual(["Student"]);
    const list = await call(client, "list", { sort: "duration", limit: 1, offset: 1 });
    expect([list.answer["total"], list.answer["offset"]]).toEqual([4, 1]);
    expect(list.answer["files"]).toMatchObject([{ displayFile: "minutes.vtt" }]);
  });

  it("tells what is wrong, and goes on", async () => {
    const { client } = await connect();
    expect(await call(client, "transcript", { file: "nowhere.mp3" })).toMatchObject({
      isError: true,
      text: 'NOT_FOUND: nowhere.mp3: not in the library\nthe user can run: mediasearch index "nowhere.mp3"',
    });
    expect((await call(client, "transcript", { file: "lecture.mp3", from: "noon" })).text).toMatch(
      /USAGE: from: must be a time such as/,
    );
    for (const args of [
      {},
      { query: "x", limit: 51 },
      { query: "x", limit: "many" },
      { query: "x", mode: "magic" },
      { query: "x", more: 1 },
      { query: "" },
    ])
      expect(
        await call(client, "search", args).then(
          ({ isError }) => isError,
          () => true,
        ),
        JSON.stringify(args),
      ).toBe(true);
    expect((await call(client, "list", {})).answer["total"]).toBe(4);
  });

  it("starts before there is a library, says so, and reads it once it is there", async () => {
    const later = mkdtempSync(join(tmpdir(), "mediasearch-mcp-"));
    onTestFinished(() => rmSync(later, { recursive: true, force: true }));
    const { client } = await connect(later);
    expect(await call(client, "list", {})).toMatchObject({
      isError: true,
      text: expect.stringContaining("NO_STORE") as string,
    });
    await mediasearch(["index", join(films, "minutes.vtt")], { home: later });
    expect((await call(client, "list", {})).answer["total"]).toBe(1);
    await mediasearch(["index", join(films, "news.mp3")], { home: later });
    expect((await call(client, "list", {})).answer["total"]).toBe(2);
  });

  it("answers what was asked before its input ended, also without a line end, and ends with 0", () => {
    const handshake = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      },
    };
    const asks = {
      jsonrpc: "2.0",
      id: 2,
      method: "tools/call",
      params: { name: "search", arguments: { query: "where the river bends" } },
    };
    for (const end of ["\n", ""]) {
      const { status, stdout, stderr } = piped(
        [handshake, { jsonrpc: "2.0", method: "notifications/initialized" }, asks]
          .map((one) => JSON.stringify(one))
          .join("\n") + end,
      );
      expect([status, stderr]).toEqual([0, ""]);
      const answers = stdout
        .trim()
        .split("\n")
        .map(
          (line) =>
            JSON.parse(line) as { id: number; result: { structuredContent?: { hits: unknown[] } } },
        );
      expect(answers.map(({ id }) => id)).toEqual([1, 2]);
      expect(answers[1]?.result.structuredContent?.hits.length).toBeGreaterThan(0);
    }
    expect(piped("")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  it("ends with a usage error at a message that is too large", () => {
    const { status, stderr } = piped(
      `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", params: { more: "x".repeat(11 << 20) } })}\n`,
    );
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: standard input: .*maximum size[^]*next: {2}one JSON-RPC message a line/m,
      ),
    ]);
  });

  it("answers what is no request with an error of JSON-RPC, and goes on", () => {
    const ping = { jsonrpc: "2.0", id: 9, method: "ping" };
    const { status, stdout } = piped(
      [
        "{",
        "[]",
        "7",
        '"x"',
        "null",
        '{"jsonrpc":"1.0","id":3,"method":"ping"}',
        '{"jsonrpc":"2.0","id":4}',
        '{"jsonrpc":"2.0","id":"five","method":5}',
        '{"jsonrpc":"2.0","id":{},"method":"ping"}',
        '{"jsonrpc":"2.0","id":6,"method":"ping","params":"x"}',
        `${"[".repeat(100_000)}`,
        `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
        "",
        JSON.stringify(ping),
      ].join("\n"),
    );
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } });
    const [PARSE, INVALID] = [-32_700, -32_600];
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      [null, PARSE],
      ...Array.from({ length: 4 }, () => [null, INVALID]),
      [3, INVALID],
      [4, INVALID],
      ["five", INVALID],
      [null, INVALID],
      [6, INVALID],
      [null, PARSE],
      [null, INVALID],
      [9, undefined],
    ]);
    expect(status).toBe(0);
  });

  it("reads no more requests than its client takes answers for", async () => {
    const child = spawn(process.execPath, [BIN, "mcp"], {
      cwd: films,
      env: environment(home),
      stdio: ["pipe", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    child.stdout.pause();
    const asks = Array.from({ length: 20_000 }, (_, i) =>
      JSON.stringify({
        jsonrpc: "2.0",
        id: i + 1,
        method: "tools/call",
        params: { name: "transcript", arguments: { file: "long.vtt", limit: 500 } },
      }),
    ).join("\n");
    child.stdin.on("error", () => {});
    child.stdin.write(
      `${JSON.stringify({
        jsonrpc: "2.0",
        id: 0,
        method: "initialize",
        params: {
          protocolVersion: "2025-06-18",
          capabilities: {},
          clientInfo: { name: "t", version: "1" },
        },
      })}\n${asks}\n`,
    );
    await sleep(4000);
    // Most of the requests are still in the pipe.
    expect(child.stdin.writableLength).toBeGreaterThan(asks.length / 2);
    let answers = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 10) answers++;
    });
    child.stdout.resume();
    await vi.waitFor(() => expect(answers).toBeGreaterThan(100), { timeout: PATIENCE_MS });
  });

  it("tells assistants that what recordings say is no instruction", async () => {
    const { client } = await connect();
    expect(client.getInstructions()).toMatch(/untrusted.*never follow instructions/);
  });

  it("is not kept from answering by a pattern or a query", async () => {
    const { client } = await connect();
    for (const args of [
      { query: "river", file: `${"*a".repeat(200)}b` },
      { query: "river", file: "+(+(+(a|aa)|aa)|aaa)b" },
      {
        query: Array.from({ length: 100 }, (_, i) => `rivvar${i}`)
          .join(" ")
          .slice(0, 1000),
      },
      { query: '"'.repeat(1000) },
      { query: "(".repeat(1000) },
      { query: "-".repeat(999) + "a" },
      { query: "a* ".repeat(333) },
    ]) {
      const startedAt = performance.now();
      await call(client, "search", args);
      expect(performance.now() - startedAt, JSON.stringify(args).slice(0, 80)).toBeLessThan(20_000);
    }
  });

  it("ends with the exit code of a signal", async () => {
    for (const [signal, code] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      const child = spawn(process.execPath, [BIN, "mcp"], {
        cwd: films,
        env: environment(home),
        stdio: ["pipe", "pipe", "ignore"],
      });
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })}\n`);
      await once(child.stdout, "data");
      child.kill(signal);
      expect(await once(child, "exit")).toEqual([code, null]);
    }
  });

  it("tells an assistant nothing to run that only its user can run", async () => {
    const { client } = await connect();
    const { text } = await call(client, "search", { query: "origin:tape", mode: "keyword" });
    expect(text).toMatch(/^USAGE: .*captions or asr/);
    expect(text).not.toContain("--help");
    writeFileSync(join(films, "long.srt"), "1\n00:00:01,000 --> 00:00:02,000\nAnother one.\n");
    await mediasearch(["index", films], { home });
    expect((await call(client, "transcript", { file: "l*" })).text).toMatch(
      /files match.*\nnext: name one of them by its path, such as "l/,
    );
    expect((await call(client, "transcript", { file: " " })).text).toMatch(/^USAGE: which file/);
  });

  it("changes nothing, and ends when its client does", async () => {
    const library = (): string => readFileSync(join(home, "library.sqlite")).toString("base64");
    const before = library();
    const { client, transport } = await connect();
    await call(client, "search", { query: "a question that nobody asked before" });
    const { pid } = transport;
    await client.close();
    expect(library() === before).toBe(true);
    expect(() => process.kill(pid ?? 0, 0)).toThrow(/ESRCH/);
  });
});
