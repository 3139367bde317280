/** What file systems without modes answer: FAT, some network volumes, Windows folders in WSL. */
const WITHOUT_MODES = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]);

/**
 * Gives a file that was just made the mode of its owner. Where the file system has no modes, the
 * volume decides who reads it, and the file is as good as it can be.
 */
export function givePrivateMode(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!WITHOUT_MODES.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
