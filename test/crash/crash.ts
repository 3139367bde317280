import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { BIN, environment } from "../helpers/run.ts";

/** Numbers in 0..1 that a seed decides (Park and Miller 1988). */
export function seeded(seed: number): () => number {
  let state = (seed * 48_271) % 2_147_483_647 || 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/**
 * What a library holds of each file, without the times at which it was made. What a run only noted
 * as found, to be done, is not held yet.
 */
export function dump(library: string): Map<string, string> {
  const db = new Sqlite(library, { readonly: true });
  try {
    const files = db
      .prepare(
        `SELECT a.path, a.state, v.id, v.fingerprint, v.origin, v.engine, v.language, v.duration_ms FROM assets a LEFT JOIN versions v ON v.asset_id = a.id WHERE a.state <> 'registered' OR v.id IS NOT NULL`,
      )
      .all() as { path: string; id: number | null }[];
    const segments =
      db.prepare(`SELECT s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence, hex(x.vector) AS vector, (SELECT count(*) FROM segments_fts WHERE rowid = s.id) AS indexed
      FROM segments s LEFT JOIN vectors x ON x.segment_id = s.id WHERE s.version_id = ? ORDER BY s.position`);
    return new Map(
      files.map(({ path, id, ...about }) => [
        path,
        createHash("sha256")
          .update(JSON.stringify([about, id === null ? [] : segments.all(id)]))
          .digest("hex"),
      ]),
    );
  } finally {
    db.close();
  }
}

export function integrity(library: string): string {
  const db = new Sqlite(library, { readonly: true });
  try {
    return db.pragma("integrity_check", { simple: true }) as string;
  } finally {
    db.close();
  }
}

/**
 * Runs `index` in a process group of its own; kills the whole group after so many milliseconds.
 * @returns whether it ended by itself.
 */
export async function indexKilled(folder: string, home: string, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [BIN, "index", folder, "--jobs", "2"], {
    env: environment(home, { JOB_CONCURRENCY: "2" }),
    stdio: "ignore",
    detached: true,
  });
  const ended = new Promise<boolean>((resolve) => child.on("exit", (code) => resolve(code === 0)));
  const timer =
    afterMs === Infinity
      ? undefined
      : setTimeout(() => {
          try {
            process.kill(-(child.pid ?? 0), "SIGKILL");
          } catch {
            // It ended between the timer and the kill.
          }
        }, afterMs);
  const byItself = await ended;
  clearTimeout(timer);
  // The workers of a killed group die with it; the kernel needs a moment to say so.
  await sleep(20);
  return byItself;
}

export interface Kill {
  readonly afterMs: number;
  readonly files: number;
  readonly wrong: readonly string[];
}

/**
 * Kills run after run at seeded moments; after each kill the library must be sound and hold whole
 * files only.
 */
export async function crash(
  {
    folder,
    home,
    reference,
    kills,
    wallMs,
    random,
  }: {
    readonly folder: string;
    readonly home: string;
    readonly reference: ReadonlyMap<string, string>;
    readonly kills: number;
    readonly wallMs: number;
    readonly random: () => number;
  },
  onKill: (kill: Kill) => void,
): Promise<void> {
  const library = `${home}/library.sqlite`;
  for (let n = 0; n < kills; n++) {
    const afterMs = Math.round(random() * wallMs);
    await indexKilled(folder, home, afterMs);
    if (!existsSync(library)) {
      onKill({ afterMs, files: 0, wrong: [] });
      continue;
    }
    const wrong: string[] = [];
    const sound = integrity(library);
    if (sound !== "ok") wrong.push(sound);
    const held = hasSchema(library) ? dump(library) : new Map<string, string>();
    for (const [path, digest] of held) if (reference.get(path) !== digest) wrong.push(path);
    onKill({ afterMs, files: held.size, wrong });
    // A run with nothing left to do is not worth killing.
    if (held.size === reference.size) return;
  }
}

function hasSchema(library: string): boolean {
  const db = new Sqlite(library, { readonly: true });
  try {
    return (
      db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'segments'").pluck().get() === 1
    );
  } finally {
    db.close();
  }
}
