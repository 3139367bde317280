import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { loadConfig } from "./load.ts";
import { replacedNames } from "./legacy-settings.ts";

let top: string;
let cwd: string;
beforeEach(() => {
  top = tempFolder();
  cwd = join(top, "project/deep");
  mkdirSync(join(top, "project/.git"), { recursive: true });
  mkdirSync(cwd);
});

const at = (env: Record<string, string> = {}) => ({
  env: { XDG_CONFIG_HOME: join(top, "config"), ...env },
  cwd,
});
function put(path: string, content: unknown): string {
  const whole = join(top, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, typeof content === "string" ? content : JSON.stringify(content));
  return whole;
}
const project = (content: unknown): string => put("project/mediasearch.config.json", content);
const user = (content: unknown): string => put("config/mediasearch/config.json", content);

describe("values", () => {
  it("come from flags before the environment, an env file, the project file and the user file, and say from where", () => {
    const file = put(
      "project/deep/my.env",
      'MEDIASEARCH_LANGUAGE=fr\nJOB_CONCURRENCY="3"\nWATCH_STABLE_MS=7\n',
    );
    const mine = project({ language: "de", jobs: 4, stableMs: 8, maxAttempts: 2 });
    const users = user({ language: "it", maxAttempts: 9, region: "eu-1" });
    const { settings, sources } = loadConfig(
      { jobs: "1", envFile: "my.env" },
      at({ MEDIASEARCH_LANGUAGE: "es" }),
    );
    expect([settings.jobs, sources.jobs.kind]).toEqual([1, "flag"]);
    expect([settings.language, sources.language.kind]).toEqual(["es", "environment"]);
    expect([settings.stableMs, sources.stableMs]).toEqual([
      7,
      { kind: "env file", from: `WATCH_STABLE_MS in ${file}` },
    ]);
    expect([settings.maxAttempts, sources.maxAttempts]).toEqual([
      2,
      { kind: "project file", from: `maxAttempts in ${mine}` },
    ]);
    expect([settings.region, sources.region]).toEqual([
      "eu-1",
      { kind: "user file", from: `region in ${users}` },
    ]);
    expect(sources.backend.kind).toBe("default");
  });

  it("never come from a .env file unasked", () => {
    put("project/deep/.env", "MEDIASEARCH_LANGUAGE=fr");
    expect(loadConfig({}, at()).settings.language).toBeUndefined();
    expect(loadConfig({ envFile: ".env" }, at()).settings.language).toBe("fr");
    expect(() => loadConfig({ envFile: "none.env" }, at())).toThrow(
      /^--env-file: .*none\.env: does not exist$/,
    );
  });

  it("that are secret come out of files, without the line end, and a variable itself wins", () => {
    put("project/deep/key", "abc\n");
    put("config/mediasearch/secret", "xyz\r\n");
    user({ secretAccessKeyFile: "secret" });
    const { settings, sources } = loadConfig({}, at({ VAST_ACCESS_KEY_ID_FILE: "key" }));
    expect([settings.accessKeyId, sources.accessKeyId.from]).toEqual([
      "abc",
      "VAST_ACCESS_KEY_ID_FILE",
    ]);
    expect(settings.secretAccessKey).toBe("xyz");
    expect(
      loadConfig({}, at({ VAST_ACCESS_KEY_ID_FILE: "none", VAST_ACCESS_KEY_ID: "direct" })).settings
        .accessKeyId,
    ).toBe("direct");
    expect(() => loadConfig({}, at({ VAST_ACCESS_KEY_ID_FILE: "none" }))).toThrow(
      /^VAST_ACCESS_KEY_ID_FILE: .*does not exist$/,
    );
  });
});

describe("a project file", () => {
  it("is found above the current folder, but not beyond the repository", () => {
    project({ jobs: 5 });
    expect(loadConfig({}, at()).settings.jobs).toBe(5);
    mkdirSync(join(cwd, ".git"));
    expect(loadConfig({}, at()).sources.jobs.kind).toBe("default");
  });

  it("that was merely found sets no address, engine, models or library elsewhere; named by the user it does", () => {
    const path = project({
      jobs: 5,
      store: "../elsewhere.sqlite",
      engine: "STUB",
      s3Endpoint: "https://thief.example",
      modelsDir: "models",
      home: "library",
    });
    const found = loadConfig({}, at());
    expect(found.settings).toMatchObject({
      jobs: 5,
      engine: "local",
      s3Endpoint: undefined,
      modelsDir: undefined,
      home: join(top, "project/library"),
    });
    expect(found.sources.store.kind).toBe("default");
    expect(found.notices).toEqual([
      `${path}: store, engine, s3Endpoint, modelsDir not taken from a file that was merely found; --config ${path} takes all of it`,
    ]);
    const named = loadConfig({ config: "../mediasearch.config.json" }, at());
    expect(named.settings).toMatchObject({
      engine: "STUB",
      s3Endpoint: "https://thief.example",
      store: join(top, "elsewhere.sqlite"),
    });
    expect(named.notices).toEqual([]);
    expect(loadConfig({}, at({ MEDIASEARCH_CONFIG: path })).settings.engine).toBe("STUB");
  });

  it("does not leave its folder by a link", () => {
    mkdirSync(join(top, "away"));
    symlinkSync(join(top, "away"), join(top, "project/link"));
    project({ store: "link/library.sqlite" });
    expect(loadConfig({}, at()).sources.store.kind).toBe("default");
  });

  it("that everybody may write is not read at all", () => {
    const path = project({ jobs: 5 });
    chmodSync(path, 0o666);
    const { sources, notices } = loadConfig({}, at());
    expect(sources.jobs.kind).toBe("default");
    expect(notices).toEqual([expect.stringMatching(/not read, everybody may write it/)]);
  });

  it("that is wrong is told by file and name, and no secret stands in it", () => {
    for (const [content, told] of [
      ["{", /mediasearch\.config\.json: not JSON/],
      [[1], /must be a JSON object/],
      [{ jobbs: 1 }, /there is no setting "jobbs"/],
      [{ jobs: 0 }, /^jobs in .*: must be a whole number/],
      [{ jobs: [1] }, /jobs must be a text, a number, true or false/],
      [{ secretAccessKey: "hunter2" }, /secretAccessKey is a secret/],
      [{ toString: 1 }, /there is no setting "toString"/],
    ] as const) {
      project(content);
      expect(() => loadConfig({}, at()), JSON.stringify(content)).toThrow(told);
      expect(() => loadConfig({}, at())).not.toThrow(/hunter2/);
    }
  });
});

describe("names of the predecessor", () => {
  // All that its documentation and code read, `field.md` of the study, 2.3.
  const NAMES =
    `BACKEND VAST_ENDPOINT VAST_S3_ENDPOINT VAST_ACCESS_KEY_ID VAST_SECRET_ACCESS_KEY VAST_DATABASE_BUCKET VAST_DATABASE_SCHEMA VAST_REGION VAST_SIDECAR_URL
    VAST_SIDECAR_PORT VAST_DEBUG POSTGRES_HOST POSTGRES_PORT POSTGRES_DB POSTGRES_USER POSTGRES_PASSWORD REDIS_HOST REDIS_PORT REDIS_PASSWORD REDIS_DB MINIO_ENDPOINT
    MINIO_ACCESS_KEY MINIO_SECRET_KEY MINIO_USE_SSL MINIO_REGION MEDIA_BUCKET ASR_ENGINE NVIDIA_NIMS_ENDPOINT NVIDIA_NIMS_API_KEY WHISPER_ENDPOINT WHISPER_MODEL
    BYO_ASR_ENDPOINT ASR_PREFER_GPU ASR_DIARIZATION ASR_COMPUTE_THRESHOLD_SECONDS EMBEDDING_MODEL EMBEDDING_DIMENSION EMBEDDING_ENDPOINT EMBEDDING_API_KEY
    EMBEDDING_USE_STUB MAX_RETRY_ATTEMPTS BASE_RETRY_DELAY_MS RETRY_BACKOFF_BASE_MS MAX_RETRY_DELAY_MS JOB_TIMEOUT_MS JOB_CONCURRENCY ARCHIVE_RETENTION_DAYS
    DLQ_PROCESSING_INTERVAL_MS SEMANTIC_SEARCH_ENABLED HYBRID_SEARCH_ENABLED SEARCH_DEFAULT_LIMIT SEARCH_MAX_LIMIT HYBRID_KEYWORD_WEIGHT HYBRID_SEMANTIC_WEIGHT
    INGEST_PORT INGEST_HOST SEARCH_API_PORT SEARCH_API_HOST SEARCH_PORT TRIAGE_PORT TRIAGE_HOST ORCHESTRATOR_PORT ORCHESTRATOR_HOST NODE_ENV LOG_LEVEL LOG_FORMAT
    PROMETHEUS_ENABLED METRICS_PORT PORT`.split(/\s+/);

  it("are each a setting or answered with what replaced them, and never fail", () => {
    const { replaced } = loadConfig(
      {},
      at(
        Object.fromEntries(
          NAMES.filter((name) => replacedNames([name]).length > 0).map((name) => [name, "x"]),
        ),
      ),
    );
    const { sources } = loadConfig({}, at({ VAST_REGION: "eu", MEDIA_BUCKET: "media" }));
    expect([sources.region.from, sources.mediaBucket.from]).toEqual([
      "VAST_REGION",
      "MEDIA_BUCKET",
    ]);
    const read = NAMES.filter((name) => !replaced.some((one) => one.name === name));
    expect(read.every((name) => replacedNames([name]).length === 0)).toBe(true);
    expect(read.length).toBeGreaterThan(15);
    expect(replaced.every(({ answer }) => answer !== "")).toBe(true);
  });

  it("that other programs use too are not brought up in every run", () => {
    expect(
      replacedNames(["POSTGRES_HOST", "NODE_ENV", "VAST_SIDECAR_URL", "HOME"])
        .filter(({ isTold }) => isTold)
        .map(({ name }) => name),
    ).toEqual(["VAST_SIDECAR_URL"]);
  });
});
