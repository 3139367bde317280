import { access, constants, mkdir, statfs } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import { dirname } from "node:path";
import type { Context } from "../app/context.ts";
import { MediasearchError } from "../errors.ts";
import { loadOnnxRuntime } from "../models/onnx-runtime.ts";
import { verifyModels } from "../models/store.ts";
import { formatBytes, pluralize } from "../text/format.ts";
import { failed, ok, type Outcome, type CheckStep, warning } from "../check.ts";
import { writtenSteps } from "./written.ts";

const MIN_FREE_BYTES = 200_000_000;
const LITTLE_FREE_BYTES = 2_000_000_000;
const MIN_OPEN_FILES = 1024;
const BYTES_PER_JOB = 600_000_000;
const MIN_NODE = [22, 14] as const;

/**
 * A failing import of a native module nearly always means an install for another platform or Node.
 */
const native = async (load: () => Promise<string>): Promise<Outcome> => {
  try {
    return ok(await load());
  } catch (error) {
    // What knows its own next step says it.
    if (error instanceof MediasearchError) throw error;
    return failed(
      (error as Error).message.split("\n")[0] ?? "",
      "npm install mediasearch   (on this machine, with this Node)",
    );
  }
};

/**
 * What this machine needs for any library. Each check stands alone: one that fails stops no other.
 */
export function machineSteps(
  context: Context,
  stdout: Terminal,
): readonly (readonly CheckStep[])[] {
  const { settings } = context.config;
  return [
    ...systemSteps(context),
    ...MODULE_STEPS,
    ...modelSteps(context),
    folderStep("data folder", "look at the library's folder", {
      folder: dirname(settings.store),
      setting: "MEDIASEARCH_HOME",
    }),
    folderStep("cache folder", "look at the models' folder", {
      folder: settings.modelCache,
      setting: "MEDIASEARCH_CACHE",
    }),
    ...writtenSteps(context),
    ...surroundingSteps(context.env, stdout),
  ].map((step) => [step]);
}

const systemSteps = (context: Context): readonly CheckStep[] => [
  {
    check: "node",
    group: "machine",
    tried: "look at Node",
    code: "MISSING_TOOL",
    run: async () => nodeOutcome(process.versions.node),
  },
  {
    check: "cores and memory",
    group: "machine",
    tried: "hold cores and memory against the settings",
    code: "USAGE",
    run: async () =>
      sizeOutcome(context.config.settings.jobs, availableParallelism(), totalmem(), freemem()),
  },
  {
    check: "configuration",
    group: "settings",
    tried: "read the settings",
    code: "USAGE",
    run: async () => configOutcome(context),
  },
];

const moduleStep = (check: string, tried: string, load: () => Promise<string>): CheckStep => ({
  check,
  group: "modules",
  tried,
  code: "MISSING_TOOL",
  run: () => native(load),
});

const MODULE_STEPS: readonly CheckStep[] = [
  moduleStep("sqlite", "load SQLite", async () => {
    const { default: Database } = await import("better-sqlite3");
    const db = new Database(":memory:");
    const version = db.prepare("SELECT sqlite_version()").pluck().get() as string;
    db.close();
    return `SQLite ${version}`;
  }),
  moduleStep("onnx", "load onnxruntime", async () => {
    const { env } = await loadOnnxRuntime();
    return `onnxruntime ${env.versions.node ?? env.versions.common}`;
  }),
  moduleStep("decoder", "load FFmpeg", async () => {
    const { ffmpeg } = await import("../media/ffmpeg.ts");
    const { getFFmpegInfo } = await ffmpeg();
    return `FFmpeg ${getFFmpegInfo().version}`;
  }),
];

type ModelFiles = Awaited<ReturnType<typeof verifyModels>>;

function modelSteps(context: Context): readonly CheckStep[] {
  const { modelCache, modelsDir, embeddingModel } = context.config.settings;
  // Both checks need the digests of all model files, which take longer than every other check.
  let verifying: Promise<ModelFiles> | undefined;
  const verified = (): Promise<ModelFiles> =>
    (verifying ??= verifyModels({ cacheDir: modelCache, modelsDir }));
  return [
    {
      check: "embedding",
      group: "models",
      tried: "find the embedding model",
      code: "MISSING_MODEL",
      async run() {
        const { embedder } = await context.identifyEmbedder();
        const bad = (await verified()).filter(
          ({ model, state }) => model === embeddingModel && state !== "ok",
        );
        return bad.length === 0
          ? ok(embedder)
          : failed(
              bad.map(({ model, file, state }) => `${model}/${file} is ${state}`).join(", "),
              "npm install mediasearch   (its folder is not whole)",
            );
      },
    },
    {
      check: "recogniser",
      group: "models",
      tried: "compare the model files with their digests",
      code: "MISSING_MODEL",
      async run() {
        const files = (await verified()).filter(({ model }) => model !== embeddingModel);
        return recogniserOutcome(files, modelsDir);
      },
    },
  ];
}

function recogniserOutcome(files: ModelFiles, modelsDir: string | undefined): Outcome {
  const named = (wanted: string): string[] =>
    files.filter(({ state }) => state === wanted).map(({ model, file }) => `${model}/${file}`);
  const [missing, damaged] = [named("missing"), named("damaged")];
  // Without names, models that are optional would not be pulled.
  const bad = new Set(files.filter(({ state }) => state !== "ok").map(({ model }) => model));
  const pull = `mediasearch models pull ${[...bad].join(" ")}`;
  if (damaged.length > 0)
    return failed(
      `damaged: ${damaged.join(", ")}`,
      modelsDir === undefined
        ? pull
        : `put the right files into ${modelsDir} (mediasearch models path)`,
    );
  return missing.length === 0
    ? ok("recogniser is here")
    : warning(`not here yet: ${missing.join(", ")}; the first recording fetches them`, pull);
}

const folderStep = (
  check: string,
  tried: string,
  { folder, setting }: { readonly folder: string; readonly setting: string },
): CheckStep => ({
  check,
  group: "folders",
  tried,
  code: "NO_SPACE",
  run: () => folderOutcome(folder, `${setting}=FOLDER mediasearch doctor`),
});

/** What of the standard output matters here. */
interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const surroundingSteps = (env: Context["env"], stdout: Terminal): readonly CheckStep[] => [
  {
    check: "open files",
    group: "machine",
    tried: "read the limit of open files",
    code: "USAGE",
    run: openFilesOutcome,
  },
  {
    check: "proxy",
    group: "settings",
    tried: "look for a proxy",
    code: "USAGE",
    run: async () => proxyOutcome(env),
  },
  {
    check: "terminal",
    group: "terminal",
    tried: "look at the terminal",
    code: "USAGE",
    run: async () =>
      ok(
        stdout.isTTY
          ? `${stdout.columns ?? 80} columns`
          : "not a terminal: no colour, no live progress",
      ),
  },
];

export function nodeOutcome(version: string): Outcome {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNew = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return isNew
    ? ok(`Node ${version} on ${process.platform} ${process.arch}`)
    : failed(
        `Node ${version} is too old`,
        `install Node ${MIN_NODE.join(".")} or newer`,
        "MISSING_TOOL",
      );
}

export function sizeOutcome(
  jobs: number,
  cores: number,
  totalBytes: number,
  freeBytes: number,
): Outcome {
  const finding = `${pluralize(cores, "core")}, ${formatBytes(totalBytes)} of memory, ${pluralize(jobs, "job")} at once`;
  if (jobs > cores * 2)
    return warning(`${finding}: more jobs than the cores can work on`, `JOB_CONCURRENCY=${cores}`);
  if (jobs > 1 && jobs * BYTES_PER_JOB > freeBytes)
    return warning(
      `${finding}, of which ${formatBytes(freeBytes)} is free: the jobs may not fit`,
      `JOB_CONCURRENCY=${Math.max(1, Math.floor(freeBytes / BYTES_PER_JOB))}`,
    );
  return ok(finding);
}

function configOutcome({ config }: Context): Outcome {
  const told = [
    ...config.notices,
    ...config.replaced
      .filter(({ isTold }) => isTold)
      .map(({ name, answer }) => `${name} is not read any more: ${answer}`),
  ];
  const files = config.places.filter(({ isThere }) => isThere).map(({ path }) => path);
  return told.length === 0
    ? ok(files.length === 0 ? "no configuration file" : files.join(", "))
    : warning(told.join("; "), "mediasearch config");
}

async function folderOutcome(folder: string, hint: string): Promise<Outcome> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw new MediasearchError(
      "NO_SPACE",
      `${folder}: can't be made (${cause.code ?? cause.message})`,
      { hint, cause },
    );
  });
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new MediasearchError("NO_SPACE", `${folder}: no right to write`, { hint, cause });
  });
  const { bavail, bsize } = await statfs(folder);
  return spaceOutcome(folder, bavail * bsize, hint);
}

export function spaceOutcome(folder: string, free: number, hint: string): Outcome {
  if (free < MIN_FREE_BYTES)
    return failed(`${folder}: only ${formatBytes(free)} free`, `${hint}   (on a larger disk)`);
  return free < LITTLE_FREE_BYTES
    ? warning(`${folder}: only ${formatBytes(free)} free`, `${hint}   (on a larger disk)`)
    : ok(`${folder}: ${formatBytes(free)} free`);
}

/** Node does not tell the limit; Linux does (proc_pid_limits(5)). */
async function openFilesOutcome(): Promise<Outcome> {
  const { readFile } = await import("node:fs/promises");
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  if (most < MIN_OPEN_FILES)
    return warning(`only ${most} open files are allowed`, "ulimit -n 4096");
  return ok(Number.isFinite(most) ? `${most} open files` : "open files not limited");
}

/** Reports names only, because the address of a proxy may hold a password. */
function proxyOutcome(env: Readonly<Record<string, string | undefined>>): Outcome {
  const names = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
  ].filter((name) => env[name]);
  const bad = names.filter((name) => !/^no_proxy$/i.test(name) && !URL.canParse(env[name] ?? ""));
  if (bad.length > 0)
    return warning(`${bad.join(", ")} is no address`, `${bad[0]}=http://HOST:PORT`);
  return ok(names.length === 0 ? "no proxy" : `proxy by ${names.join(", ")}`);
}
