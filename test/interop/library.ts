import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnEmulator } from "../../emulator/spawn.ts";
import { FIXTURES, mediasearch, type Result } from "../helpers/run.ts";

interface TranscriptJson {
  readonly segments: readonly {
    readonly startMs: number;
    readonly endMs: number;
    readonly text: string;
    readonly speaker?: string | null;
  }[];
}

/**
 * A library that `index` wrote with BACKEND=vast, read by VAST's SDK as a user of SQL would read
 * its tables.
 * @returns whether both say the same
 */
export async function runLibrary(python: string): Promise<boolean> {
  const emulator = await spawnEmulator();
  const home = mkdtempSync(join(tmpdir(), "mediasearch-interop-"));
  const schema = "library";
  const env = {
    BACKEND: "vast",
    VAST_ENDPOINT: emulator.url,
    VAST_ACCESS_KEY_ID: emulator.accessKey,
    VAST_SECRET_ACCESS_KEY: emulator.secretKey,
    VAST_DATABASE_BUCKET: emulator.bucket,
    VAST_DATABASE_SCHEMA: schema,
    REPLICA_FOLDER: join(home, "replica"),
  };
  const run = async (...argv: string[]): Promise<Result> => {
    const result = await mediasearch(argv, { home, env });
    if (result.exitCode !== 0)
      throw new Error(
        `mediasearch ${argv.join(" ")} ended with ${result.exitCode}: ${result.stderr}`,
      );
    return result;
  };
  try {
    const files = ["lecture.mp3", "news.mp3", "boiler.mp4"].map((name) => join(FIXTURES, name));
    await run("index", ...files, "--captions", "only");
    const transcripts: Record<string, unknown> = {};
    for (const file of files) {
      const { segments } = JSON.parse(
        (await run("transcript", file, "--json")).stdout,
      ) as TranscriptJson;
      transcripts[file] = segments.map(({ startMs, endMs, text, speaker }) => [
        startMs,
        endMs,
        text,
        speaker ?? null,
      ]);
    }
    const script = fileURLToPath(new URL("library.py", import.meta.url));
    return (
      spawnSync(
        python,
        [script, emulator.url, emulator.accessKey, emulator.secretKey, emulator.bucket, schema],
        { input: JSON.stringify(transcripts), stdio: ["pipe", "inherit", 2] },
      ).status === 0
    );
  } finally {
    await emulator.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
