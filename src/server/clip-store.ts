import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Clips that were made, for as long as somebody may fetch them. */
export interface ClipStore {
  /** The folder of this server's clips; only its user may read it. */
  folder(): Promise<string>;
  keep(id: string, path: string): void;
  pathOf(id: string): string | undefined;
  close(): Promise<void>;
}

const KEPT_MS = 3_600_000;
const MAX_CLIPS = 100;

export function createClipStore(): ClipStore {
  const clips = new Map<string, { readonly path: string; readonly timer: NodeJS.Timeout }>();
  let folder: Promise<string> | undefined;
  function drop(id: string): void {
    const clip = clips.get(id);
    if (!clip) return;
    clearTimeout(clip.timer);
    clips.delete(id);
    void rm(clip.path, { force: true }).catch(() => {});
  }
  return {
    folder: () => (folder ??= mkdtemp(join(tmpdir(), "mediasearch-clips-"))),
    keep(id, path) {
      clips.set(id, { path, timer: setTimeout(() => drop(id), KEPT_MS).unref() });
      const [oldest] = clips.keys();
      if (clips.size > MAX_CLIPS && oldest !== undefined) drop(oldest);
    },
    pathOf: (id) => clips.get(id)?.path,
    async close() {
      for (const { timer } of clips.values()) clearTimeout(timer);
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}
