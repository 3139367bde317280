import type { Job, JobStore } from "../job-store.ts";
import type { Checkpoints } from "../checkpoints.ts";
import { readJob } from "../stored-json.ts";
import type { Connection } from "./connection.ts";

export function localJobs({ db, run }: Connection): JobStore {
  const toJob = (row: unknown): Job | undefined => {
    const { path, job } = (row ?? {}) as { readonly path?: string; readonly job?: string };
    return path === undefined || job === undefined ? undefined : readJob(path, job);
  };
  return {
    put: (job) =>
      run(
        () =>
          void db
            .prepare(
              "INSERT INTO jobs VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET job = excluded.job",
            )
            .run(job.id, JSON.stringify(job)),
      ),
    get: (id) => run(() => toJob(db.prepare("SELECT path, job FROM jobs WHERE path = ?").get(id))),
    list: () =>
      run(() =>
        db
          .prepare("SELECT path, job FROM jobs ORDER BY path")
          .all()
          .flatMap((row) => toJob(row) ?? []),
      ),
    remove: (id) => run(() => void db.prepare("DELETE FROM jobs WHERE path = ?").run(id)),
  };
}

export const localCheckpoints = ({ db, run }: Connection): Checkpoints => ({
  add: (id, key, checkpoint) =>
    run(() =>
      db
        .transaction(() => {
          db.prepare("DELETE FROM checkpoints WHERE path = ? AND key <> ?").run(id, key);
          db.prepare("INSERT INTO checkpoints (path, key, checkpoint) VALUES (?, ?, ?)").run(
            id,
            key,
            JSON.stringify(checkpoint),
          );
        })
        .immediate(),
    ),
  list: (id, key) =>
    run(() =>
      db
        .prepare("SELECT checkpoint FROM checkpoints WHERE path = ? AND key = ? ORDER BY id")
        .pluck()
        .all(id, key)
        .map((text) => JSON.parse(String(text)) as unknown),
    ),
  clear: (id) => run(() => void db.prepare("DELETE FROM checkpoints WHERE path = ?").run(id)),
});
