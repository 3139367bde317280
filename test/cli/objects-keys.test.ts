import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { certificate } from "../helpers/certificate.ts";
import { spawnMediasearch, tempFolder } from "../helpers/run.ts";
import { startS3 } from "../helpers/s3.ts";
import { startServer } from "../s3-server/server.ts";

describe("keys to an object store", () => {
  it("come from the profile that AWS tools use, from variables of theirs, and from files; half a pair is told", async () => {
    const server = await startS3();
    onTestFinished(() => server.stop());
    const home = tempFolder();
    const credentials = join(home, "credentials");
    writeFileSync(
      credentials,
      "[default]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n[films]\naws_access_key_id = test-key\naws_secret_access_key = test-secret\n",
    );
    for (const name of ["test-key", "test-secret"]) writeFileSync(join(home, name), `${name}\n`);
    const base = {
      VAST_S3_ENDPOINT: server.endpoint,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_CONFIG_FILE: join(home, "none"),
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const exit = async (more: Record<string, string>): Promise<number> =>
      (
        await spawnMediasearch(["ingest", "s3://media/"], {
          home,
          cwd: home,
          env: { ...base, ...more },
        })
      ).exitCode;
    expect(await exit({ AWS_PROFILE: "films" })).toBe(0);
    expect(await exit({})).toBe(12);
    expect(await exit({ AWS_PROFILE: "none-such" })).toBe(12);
    expect(
      await exit({ AWS_ACCESS_KEY_ID: "test-key", AWS_SECRET_ACCESS_KEY: "test-secret" }),
    ).toBe(0);
    expect(
      await exit({
        VAST_ACCESS_KEY_ID_FILE: "test-key",
        VAST_SECRET_ACCESS_KEY_FILE: "test-secret",
      }),
    ).toBe(0);
    expect(await exit({ VAST_ACCESS_KEY_ID: "test-key" })).toBe(12);
  });
});

describe("a server with a certificate of its own authority", () => {
  it("is not believed until VAST_CA_FILE names the authority", async () => {
    const { key, cert, caFile } = await certificate(30);
    const server = await startServer({
      port: 0,
      accessKey: "test-key",
      secretKey: "test-secret",
      buckets: ["media"],
      pageSize: 1000,
      tls: { key, cert },
    });
    onTestFinished(() => server.close());
    const home = tempFolder();
    const env = {
      VAST_S3_ENDPOINT: `https://localhost:${server.port}`,
      VAST_ACCESS_KEY_ID: "test-key",
      VAST_SECRET_ACCESS_KEY: "test-secret",
    };
    const ingest = (more: Record<string, string> = {}) =>
      spawnMediasearch(["ingest", "s3://media/"], { home, cwd: home, env: { ...env, ...more } });
    const refused = await ingest();
    expect([refused.exitCode, refused.stderr]).toEqual([
      16,
      expect.stringMatching(/certificate is not trusted[\s\S]*VAST_CA_FILE/),
    ]);
    expect((await ingest({ VAST_CA_FILE: caFile })).exitCode).toBe(0);
    expect((await ingest({ VAST_CA_FILE: join(home, "none.pem") })).exitCode).toBe(2);
  });
});
