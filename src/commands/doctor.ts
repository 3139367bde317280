import { access, constants, mkdir, statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { dirname } from "node:path";
import type { Finding } from "../backends/backend.ts";
import type { Context } from "../context.ts";
import { embedderIdentity } from "../embed/registry.ts";
import { ERRORS, type ErrorCode, MediasearchError, toMediasearchError } from "../errors.ts";
import { listModels } from "../models/store.ts";
import { bytes, count, painter, plain } from "../output.ts";
import { type Command, isOn } from "./command.ts";

interface Result extends Finding {
  readonly ms: number;
  /** Which exit code a failure means. */
  readonly code: ErrorCode;
}

type Check = readonly [name: string, code: ErrorCode, run: () => Promise<Omit<Finding, "check">>];

const ok = (found: string): Omit<Finding, "check"> => ({ status: "ok", found });
const LEAST_FREE_BYTES = 200_000_000;
const TIMEOUT_MS = 20_000;

export const run: Command = async (_args, flags, context) => {
  const { io } = context;
  const results = (await Promise.all(checks(context).map(runCheck))).flat();
  const library = await checkLibrary(context);
  const all = [...results, ...library];
  const worst = all.find(({ status }) => status === "failed");
  const exitCode = worst ? ERRORS[worst.code].exit : 0;
  if (isOn(flags, "json")) {
    const shown = all.map(({ check, status, found, hint, ms }) => ({ check, status, found, hint: hint ?? null, ms }));
    io.stdout.write(`${JSON.stringify({ version: 1, ok: !worst, exitCode, checks: shown })}\n`);
    return exitCode;
  }
  const paint = painter(io.stdout, io.env);
  const marks = { ok: paint("green", "ok     "), warning: paint("yellow", "warning"), failed: paint("red", "failed ") };
  for (const { check, status, found, hint } of all)
    io.stdout.write(`${marks[status]}  ${check.padEnd(12)} ${plain(found)}${hint ? `\n         ${paint("cyan", "next:")} ${hint}` : ""}\n`);
  return exitCode;
};

async function runCheck([check, code, test]: Check): Promise<Result> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new MediasearchError(code, `no answer in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  const finding = await Promise.race([test(), late]).catch((error: unknown): Omit<Finding, "check"> => {
    const { message, hint } = toMediasearchError(error);
    return { status: "failed", found: message, hint };
  });
  clearTimeout(timer);
  return { check, code, ms: Math.round(performance.now() - startedAt), ...finding };
}

/** A failing import of a native module nearly always means an install for another platform or Node. */
const native = async (load: () => Promise<string>): Promise<Omit<Finding, "check">> => {
  try {
    return ok(await load());
  } catch (error) {
    return { status: "failed", found: (error as Error).message.split("\n")[0] ?? "", hint: "npm install mediasearch   (on this machine, with this Node)" };
  }
};

function checks({ config, io }: Context): readonly Check[] {
  const { settings } = config;
  const folder = dirname(settings.store);
  return [
    ["node", "MISSING_TOOL", async () => ok(`${process.version} on ${process.platform} ${process.arch}`)],
    ["config", "USAGE", async () => {
      const told = [...config.notices, ...config.replaced.map(({ name, answer }) => `${name} is not read any more: ${answer}`)];
      const files = config.places.filter(({ isThere }) => isThere).map(({ path }) => path);
      return told.length === 0 ? ok(files.length === 0 ? "no configuration file" : files.join(", ")) : { status: "warning", found: told.join("; "), hint: "mediasearch config" };
    }],
    ["machine", "MISSING_TOOL", async () => ok(`${count(availableParallelism(), "core")}, ${bytes(totalmem())} of memory, ${count(settings.jobs, "job")} at once`)],
    ["sqlite", "MISSING_TOOL", () => native(async () => {
      const { default: Database } = await import("better-sqlite3");
      const db = new Database(":memory:");
      (await import("sqlite-vec")).load(db);
      const row = db.prepare("SELECT sqlite_version() AS sqlite, vec_version() AS vec").get() as { sqlite: string; vec: string };
      db.close();
      return `SQLite ${row.sqlite}, sqlite-vec ${row.vec}`;
    })],
    ["onnx", "MISSING_TOOL", () => native(async () => {
      const { env } = await import("onnxruntime-node");
      return `onnxruntime ${env.versions.node ?? env.versions.common}, on the CPU`;
    })],
    ["decoder", "MISSING_TOOL", () => native(async () => {
      const { ffmpeg } = await import("../media/ffmpeg.ts");
      const { getFFmpegInfo } = await ffmpeg();
      return `FFmpeg ${getFFmpegInfo().version} in node-av`;
    })],
    ["embedding", "MISSING_MODEL", async () => ok((await embedderIdentity(settings.embeddingModel)).embedder)],
    ["recogniser", "MISSING_MODEL", async () => {
      const places = { cacheDir: settings.modelCache, modelsDir: settings.modelsDir };
      const missing = (await listModels(places)).flatMap(({ id, files }) => files.filter(({ path }) => path === null).map(({ name }) => `${id}/${name}`));
      return missing.length === 0 ? ok("models are here")
        : { status: "warning", found: `not here yet: ${missing.join(", ")}; the first recording fetches them`, hint: "mediasearch models pull" };
    }],
    ["folder", "NO_SPACE", async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await access(folder, constants.W_OK).catch(() => {
        throw new MediasearchError("NO_SPACE", `${folder}: no right to write`, { hint: "MEDIASEARCH_HOME=FOLDER mediasearch doctor" });
      });
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      return free < LEAST_FREE_BYTES ? { status: "failed", found: `${folder}: only ${bytes(free)} free`, hint: "MEDIASEARCH_HOME=FOLDER mediasearch doctor   (on a larger disk)" }
        : ok(`${folder}: ${bytes(free)} free`);
    }],
    ["terminal", "USAGE", async () => ok(io.stdout.isTTY ? `${io.stdout.columns ?? 80} columns` : "not a terminal: no colour, no live progress")],
  ];
}

async function checkLibrary(context: Context): Promise<Result[]> {
  const startedAt = performance.now();
  const done = (finding: Finding, code: ErrorCode): Result => ({ ...finding, code, ms: Math.round(performance.now() - startedAt) });
  try {
    const backend = await context.openBackend(false);
    try {
      const findings: Finding[] = [];
      for await (const finding of backend.check()) findings.push(finding);
      const bad = findings.filter(({ status }) => status !== "ok");
      const present = await embedderIdentity(context.config.settings.embeddingModel);
      const stored = await backend.store.identity();
      if (stored && stored.embedder !== present.embedder)
        bad.push({ check: "library", status: "failed", found: `made with the embedding model ${stored.embedder}`, hint: "mediasearch migrate --reembed" });
      if (bad.length > 0) return bad.map((finding) => done(finding, "SCHEMA_MISMATCH"));
      const { assets, segments, sizeBytes } = await backend.store.counts();
      return [done({ check: "library", status: "ok", found: `${count(assets.indexed + assets.partial, "file")} indexed, ${assets.failed} failed, ${count(segments, "segment")}, ${bytes(sizeBytes)}` }, "NO_STORE")];
    } finally {
      await backend.close();
    }
  } catch (error) {
    const mine = toMediasearchError(error);
    // A new user has none yet: that is how it should be.
    if (mine.code === "NO_STORE") return [done({ check: "library", status: "ok", found: "none yet; next: mediasearch index FOLDER" }, "NO_STORE")];
    return [done({ check: "library", status: "failed", found: mine.message, hint: mine.hint }, mine.code)];
  }
}
