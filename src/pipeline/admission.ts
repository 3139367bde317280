/** Decides whether a run may take up another file. */
export interface Admission {
  /**
   * Resolves when the next file may be begun, with true; with false when none may be any more.
   * @throws the signal's reason
   */
  wait(): Promise<boolean>;
  /** Whether the run is to end once the files under way are done. */
  isDraining(): boolean;
}
