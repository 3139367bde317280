import type { ScanElsewhere } from "../backends/code-scan.ts";
import type { Tell } from "./events.ts";

/**
 * What the application may touch of the world around it. Streams belong to the door that calls it.
 */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Aborted when the operation must stop; what is committed by then stays. */
  readonly signal: AbortSignal;
  readonly tell: Tell;
  /** Scans the codes of vectors for several threads, which each open the library. */
  readonly scanElsewhere?: ScanElsewhere | undefined;
}
