import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BIN, environment, FIXTURES } from "./helpers/run.ts";
import { MODEL_CACHE } from "./helpers/places.ts";
import { noTracing, type Traced, traceNode } from "./helpers/system-calls.ts";

/**
 * What README and docs/security.md promise: no network but what was asked for, no file outside
 * the library, the cache and the folders that are named. System calls of every process are read, so
 * that a library which does something by itself is seen too.
 */
const home = mkdtempSync(join(tmpdir(), "mediasearch-traces-"));
const media = join(home, "media");
const temporary = join(home, "tmp");
for (const folder of [media, temporary]) mkdirSync(folder);
for (const name of ["lecture.mp3", "minutes.vtt"])
  copyFileSync(join(FIXTURES, name), join(media, name));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const reason = noTracing();
const library = join(home, "library");
const cache = join(home, "cache");
const env = environment(library, { HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: cache });
const trace = (args: readonly string[], input?: string): Traced =>
  traceNode([BIN, ...args], { cwd: media, env, ...(input === undefined ? {} : { input }) });

/** What was written elsewhere than in the documented places. */
const elsewhere = ({ written }: Traced): string[] =>
  written.filter(
    (path) =>
      ![library, join(cache, "mediasearch"), MODEL_CACHE].some(
        (place) => path === place || path.startsWith(`${place}/`),
      ) && ![cache, "/dev/null"].includes(path),
  );

/** Two thousand lines with this word, a second each. */
function captions(word: string): string {
  const time = (second: number): string => new Date(second * 1000).toISOString().slice(11, 23);
  const cues = Array.from(
    { length: 2000 },
    (_, i) => `${time(i)} --> ${time(i + 1)}\nThe ${word} of number ${i} lies there.\n`,
  );
  return `WEBVTT\n\n${cues.join("\n")}`;
}

const MCP_CALLS = [
  {
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    },
  },
  { method: "notifications/initialized" },
  {
    id: 2,
    method: "tools/call",
    params: { name: "search", arguments: { query: "harbours of old towns", mode: "semantic" } },
  },
]
  .map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
  .join("");

describe.skipIf(reason !== null)(`system calls${reason === null ? "" : ` (${reason})`}`, () => {
  it.each([
    ["index", ["index", "."]],
    ["search", ["search", "--mode", "semantic", "what people talk about"]],
    ["doctor", ["doctor"]],
    ["mcp", ["mcp"], MCP_CALLS],
  ])("%s opens no socket and writes nothing outside its places", (_, args, input?: string) => {
    const traced = trace(args, input);
    expect(traced.stderr).not.toMatch(/strace:/);
    expect(traced.exitCode).toBe(0);
    expect(traced.sockets).toEqual([]);
    expect(elsewhere(traced)).toEqual([]);
  });

  it("index writes nothing outside its places where a long transcript takes the place of another", () => {
    writeFileSync(join(media, "long.vtt"), captions("harbour"));
    expect(trace(["index", "."]).exitCode).toBe(0);
    writeFileSync(join(media, "long.vtt"), captions("bridge"));
    const traced = trace(["index", "."]);
    expect(traced.stderr).toContain("indexed 1 ");
    expect(elsewhere(traced)).toEqual([]);
  });

  it("sees a socket and a file where there are some", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const script = `require("net").connect(${port}, "127.0.0.1").on("connect", () => process.exit());
      require("fs").writeFileSync("mat-debug-1.log", "");`;
    const traced = traceNode(["-e", script], { cwd: temporary, env });
    server.close();
    expect(traced.sockets.join("\n")).toMatch(/^connect\(.*127\.0\.0\.1/m);
    expect(elsewhere(traced)).toEqual([expect.stringContaining("mat-debug-1.log")]);
  });
});
