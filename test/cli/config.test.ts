import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mediasearch, tempFolder } from "../helpers/run.ts";

interface Shown {
  readonly settings: readonly {
    readonly name: string;
    readonly env: string;
    readonly value: unknown;
    readonly source: string;
    readonly from: string | null;
  }[];
  readonly files: readonly {
    readonly kind: string;
    readonly path: string;
    readonly isThere: boolean;
  }[];
  readonly notices: readonly string[];
  readonly replaced: readonly { readonly name: string; readonly answer: string }[];
}

const SECRETS = { VAST_ACCESS_KEY_ID: "AKIDENTIFIER", VAST_SECRET_ACCESS_KEY: "hunter2hunter2" };

describe("mediasearch config", () => {
  it("shows every value and where it came from, and no secret, as text and as JSON", async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, "more.env"), "VAST_REGION=eu-9\n");
    const call = { home: cwd, cwd, env: { ...SECRETS, MEDIA_BUCKET: "films" } };
    const text = await mediasearch(["config", "--env-file", "more.env"], call);
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toMatch(/^MEDIA_BUCKET +films +environment: MEDIA_BUCKET$/m);
    expect(text.stdout).toMatch(/^VAST_REGION +eu-9 +VAST_REGION in .*more\.env$/m);
    expect(text.stdout).toMatch(/^VAST_SECRET_ACCESS_KEY +\(set, not shown\)/m);
    expect(text.stdout).toMatch(/^BACKEND +local +default$/m);
    const json = await mediasearch(["config", "--json", "--env-file", "more.env"], call);
    const { settings, files } = JSON.parse(json.stdout) as Shown;
    expect(settings.find(({ name }) => name === "mediaBucket")).toMatchObject({
      env: "MEDIA_BUCKET",
      value: "films",
      source: "environment",
    });
    expect(files.find(({ kind }) => kind === "env file")).toMatchObject({
      path: join(cwd, "more.env"),
      isThere: true,
    });
    for (const secret of Object.values(SECRETS))
      expect(JSON.stringify([text, json])).not.toContain(secret);
  });

  it("answers the predecessor's names; other commands say in one line that they are not read", async () => {
    const home = tempFolder();
    const env = {
      VAST_SIDECAR_URL: "http://localhost:5000",
      POSTGRES_HOST: "db",
      HYBRID_KEYWORD_WEIGHT: "0.7",
    };
    const shown = JSON.parse(
      (await mediasearch(["config", "--json"], { home, env })).stdout,
    ) as Shown;
    expect(shown.replaced.map(({ name }) => name).toSorted()).toEqual(
      expect.arrayContaining(["HYBRID_KEYWORD_WEIGHT", "POSTGRES_HOST", "VAST_SIDECAR_URL"]),
    );
    const models = await mediasearch(["models", "path"], { home, env });
    expect(models.exitCode).toBe(0);
    expect(models.stderr).toMatch(
      /^warning: (VAST_SIDECAR_URL, HYBRID_KEYWORD_WEIGHT|HYBRID_KEYWORD_WEIGHT, VAST_SIDECAR_URL): not read any more; `mediasearch config`/,
    );
    expect(models.stderr).not.toContain("POSTGRES");
  });

  it("a found project file counts below its folder, for what can do no harm, and says what it did not take", async () => {
    const home = tempFolder();
    const cwd = join(home, "a/b");
    mkdirSync(cwd, { recursive: true });
    writeFileSync(
      join(home, "a/mediasearch.config.json"),
      JSON.stringify({ home: "library", engine: "STUB" }),
    );
    const listed = await mediasearch(["list"], { home, cwd, env: { MEDIASEARCH_HOME: "" } });
    expect(listed.exitCode).toBe(10);
    expect(listed.stderr).toMatch(/^warning: .*engine not taken.*--config/);
    expect(listed.stderr).toContain(join(home, "a/library"));
  });

  it("takes --config and --env-file with every command, and tells a wrong one as a usage error", async () => {
    const home = tempFolder();
    for (const argv of [
      ["list", "--env-file", "/none.env"],
      ["search", "x", "--config", "/none.json"],
    ]) {
      const { exitCode, stderr } = await mediasearch(argv, { home });
      expect(exitCode, argv.join(" ")).toBe(2);
      expect(stderr).toMatch(/none\.(env|json): does not exist/);
    }
  });
});
