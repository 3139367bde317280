import type { AssetId } from "./catalog.ts";

/**
 * What attempts at files have done so far, so that the next attempt goes on there. Passes
 * `checkpoints.contract.ts`.
 */
export interface Checkpoints {
  /**
   * Adds to what is kept of an attempt. `key` names the content and the settings; another key drops
   * what the file had.
   * `checkpoint` must be plain data.
   */
  add(id: AssetId, key: string, checkpoint: unknown): Promise<void>;
  /** In the order in which they were added; none when the file's key is another. */
  list(id: AssetId, key: string): Promise<readonly unknown[]>;
  /** Forgets the checkpoints of a file. Clearing what is absent succeeds. */
  clear(id: AssetId): Promise<void>;
}
