import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { tempFolder } from "../test/helpers/run.ts";
import { type Confinement, launcher, networkCage } from "./launcher.ts";
import { type Limits, startChild, type SupervisedChild } from "./supervised-child.ts";

/** Does what it gets, and says "ready" or an answer. */
const PROGRAM = `
  import { spawn } from "node:child_process";
  import { connect } from "node:net";
  import { serveParent } from ${JSON.stringify(new URL("./supervised-child.ts", import.meta.url).href)};
  const acts = {
    answer: () => reply({ type: "answer", text: "done" }),
    crash: () => { console.error("first"); console.error("no more memory for codecs"); process.exit(7); },
    killed: () => process.kill(process.pid, "SIGKILL"),
    silent: () => setInterval(() => {}, 1000),
    busy: () => setInterval(() => reply({ type: "progress" }), 20),
    blocked: () => { for (;;) {} },
    greedy: () => {
      const kept = [];
      // In one turn of the event loop, as a codec does, and with a child that has a group of its
      // own.
      spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
      for (;;) kept.push(Buffer.alloc(8_000_000, kept.length + 1));
    },
    heap: () => {
      const kept = [];
      for (;;) kept.push(new Array(1000).fill({}));
    },
    connect: () => {
      const socket = connect({ host: "127.0.0.1", port: Number(process.env.PORT) });
      socket.on("connect", () => reply({ type: "answer", text: "connected" }));
      socket.on("error", ({ code }) => reply({ type: "answer", text: code }));
    },
    stubborn: () => { process.on("SIGTERM", () => {}); reply({ type: "answer", text: "stubborn" }); },
  };
  const reply = serveParent({ onRequest: (act) => acts[act](), onOrphaned: () => process.exit() });
`;
type Act =
  | "answer"
  | "crash"
  | "killed"
  | "silent"
  | "busy"
  | "blocked"
  | "greedy"
  | "connect"
  | "heap"
  | "stubborn";
type Said = { readonly type: "answer"; readonly text: string } | { readonly type: "progress" };

const limits: Limits = {
  maxSilenceMs: 10_000,
  maxMemoryBytes: Infinity,
  tooSilent: () => new Error("too silent"),
  tooLarge: () => new Error("too large"),
};

let child: SupervisedChild<Act, Said>;
function start(confinement: Confinement = {}, env: NodeJS.ProcessEnv = {}): void {
  const script = join(tempFolder(), "program.ts");
  writeFileSync(script, PROGRAM);
  child = startChild<Act, Said>(pathToFileURL(script), { ...process.env, ...env }, confinement);
}
afterEach(() => child.end(0));

const ask = (
  act: Act,
  more: Partial<Limits> = {},
  signal = new AbortController().signal,
): Promise<string> =>
  child.converse<string>(act, {
    signal,
    limits: { ...limits, ...more },
    crashed: (how) => new Error(`it ${how}`),
    onReply: (said, turn) => {
      if (said.type === "answer") turn.answer(said.text);
    },
  });

describe("a supervised child", () => {
  it("answers one request after the other", async () => {
    start();
    expect([await ask("answer"), await ask("answer")]).toEqual(["done", "done"]);
    expect(child.isConnected()).toBe(true);
  });

  it("that crashes costs one error, with the end of its stderr, now and for who asks later", async () => {
    start();
    await expect(ask("crash")).rejects.toThrow("it ended with code 7 (no more memory for codecs)");
    await expect(ask("answer")).rejects.toThrow("it ended with code 7");
    start();
    await expect(ask("killed")).rejects.toThrow("it was ended by SIGKILL");
  });

  it("whose heap is full says so, whatever V8 writes after that", async () => {
    start({}, { NODE_OPTIONS: "--max-old-space-size=60" });
    await expect(ask("heap", { maxSilenceMs: 120_000 })).rejects.toThrow(
      /\(JavaScript heap out of memory\)$/,
    );
  });

  it("may say nothing for so long only; memory reports are no sign of progress, replies are", async () => {
    start();
    await ask("answer");
    await expect(ask("silent", { maxSilenceMs: 300 })).rejects.toThrow("too silent");
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 900);
    await expect(ask("busy", { maxSilenceMs: 300 }, stop.signal)).rejects.toThrow("enough");
  });

  it("is given up when it needs more memory than it may", async () => {
    start();
    await expect(ask("silent", { maxMemoryBytes: 1_000_000 })).rejects.toThrow("too large");
  });

  it("is ended while its event loop is blocked, when it needs more memory than it may, with all that it started", async () => {
    start();
    await ask("answer");
    const startMs = performance.now();
    const sleepers = (): number =>
      execFileSync("ps", ["-e", "-o", "args="]).toString().split("sleep 600").length;
    const before = sleepers();
    await expect(ask("greedy", { maxMemoryBytes: 400_000_000 })).rejects.toThrow("too large");
    await expect(ask("answer")).rejects.toThrow("SIGKILL");
    expect(performance.now() - startMs).toBeLessThan(5000);
    // Only Linux tells what a process started.
    const left = sleepers() - before;
    expect(process.platform === "linux" ? left : 0).toBe(0);
  });

  it("is given up while its event loop is blocked, when it says nothing", async () => {
    start();
    await ask("answer");
    await expect(ask("blocked", { maxSilenceMs: 300 })).rejects.toThrow("too silent");
    await child.end(100);
    expect(child.isConnected()).toBe(false);
  });

  it.runIf(networkCage() !== undefined)("has no network when it needs none", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const env = { PORT: String((server.address() as AddressInfo).port) };
    start({}, env);
    expect(await ask("connect")).toBe("connected");
    await child.end(0);
    start({ withoutNetwork: true }, env);
    expect(await ask("connect")).toBe("ENETUNREACH");
    server.close();
  });

  it.runIf(launcher({}).length > 0)("can't get more memory than it may ask for", async () => {
    start({ maxDataBytes: 1_000_000_000 });
    expect(await ask("answer")).toBe("done");
    await expect(ask("greedy", { maxMemoryBytes: Infinity })).rejects.toThrow(
      /^it (was ended|ended)/,
    );
  });

  it("ends in its own time, and by force when the grace is over", async () => {
    start();
    expect(await ask("stubborn")).toBe("stubborn");
    const startMs = performance.now();
    await child.end(300);
    expect(performance.now() - startMs).toBeGreaterThan(250);
    expect(child.isConnected()).toBe(false);
  });
});
