import { describe, expect, it } from "vitest";
import { resolveConfig } from "./resolve.ts";
import { SETTINGS } from "./settings.ts";

const at = (env: Record<string, string> = {}) => ({ env, cwd: "/work" });

describe("settings", () => {
  it("come from flags, then the environment, then defaults, and know from where", () => {
    const { settings, sources } = resolveConfig(
      { captions: "only" },
      at({ MEDIASEARCH_CAPTIONS: "ignore", MEDIASEARCH_LANGUAGE: "pt-br" }),
    );
    expect([settings.captions, sources.captions]).toEqual([
      "only",
      { kind: "flag", from: "--captions" },
    ]);
    expect([settings.language, sources.language]).toEqual([
      "pt-BR",
      { kind: "environment", from: "MEDIASEARCH_LANGUAGE" },
    ]);
    expect([settings.engine, sources.engine]).toEqual(["local", { kind: "default", from: "" }]);
    expect(settings.jobs).toBeGreaterThan(0);
  });

  it("put the library where the user says, else where the system keeps such data", () => {
    expect(resolveConfig({ store: "lib.db" }, at({ MEDIASEARCH_HOME: "/h" })).settings.store).toBe(
      "/work/lib.db",
    );
    expect(resolveConfig({}, at({ MEDIASEARCH_HOME: "h" })).settings.store).toBe(
      "/work/h/library.sqlite",
    );
    expect(resolveConfig({}, at()).settings.store).toMatch(/mediasearch\/library\.sqlite$/);
  });

  it("take names in any case, and an empty variable for none", () => {
    expect(
      resolveConfig({}, at({ ASR_ENGINE: "stub", BACKEND: "LOCAL", JOB_CONCURRENCY: "" })).settings,
    ).toMatchObject({ engine: "STUB", backend: "local" });
  });

  it("that are wrong are told by the name under which they were given", () => {
    for (const [flags, env, told] of [
      [{ jobs: "0" }, {}, /^--jobs: must be a whole number from 1 to 256, not "0"$/],
      [{}, { JOB_TIMEOUT_MS: "soon" }, /^JOB_TIMEOUT_MS: /],
      [{}, { BACKEND: "postgres" }, /^BACKEND: must be one of local, vast/],
    ] as const)
      expect(() => resolveConfig(flags, at(env))).toThrow(told);
  });

  it("that are commands with an open quote are refused without their words, which may be keys", () => {
    const run = (): unknown =>
      resolveConfig({}, at({ BYO_ASR_COMMAND: "mine --token s3cret '{input}x" }));
    expect(run).toThrow(/^BYO_ASR_COMMAND: has a ' without its counterpart$/);
  });

  it("have a help text each, and a variable of their own", () => {
    for (const { help, env, fallbackText } of Object.values(SETTINGS))
      expect(help !== "" && fallbackText !== "", env).toBe(true);
    const variables = Object.values(SETTINGS).flatMap(({ env, alsoEnv = [] }) => [env, ...alsoEnv]);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it("take what other programs call the same, after their own name", () => {
    expect(
      resolveConfig({}, at({ AWS_REGION: "eu-1", RETRY_BACKOFF_BASE_MS: "5" })).settings,
    ).toMatchObject({ region: "eu-1", baseRetryDelayMs: 5 });
    expect(
      resolveConfig({}, at({ AWS_REGION: "eu-1", VAST_REGION: "us-2" })).sources.region,
    ).toEqual({ kind: "environment", from: "VAST_REGION" });
  });

  it("never show a secret, nor an address with keys in it, in an error", () => {
    for (const env of [
      { VAST_S3_ENDPOINT: "https://key:hunter2@host" },
      { VAST_ENDPOINT: "key:hunter2@host" },
    ] as Record<string, string>[]) {
      const error = ((): Error => {
        try {
          resolveConfig({}, at(env));
        } catch (error) {
          return error as Error;
        }
        throw new Error("took it");
      })();
      expect(error.message).toMatch(/^VAST_/);
      expect(error.message).not.toContain("hunter2");
    }
  });

  it("can't be changed afterwards", () => {
    expect(() => {
      (resolveConfig({}, at()).settings as { jobs: number }).jobs = 3;
    }).toThrow(TypeError);
  });
});
