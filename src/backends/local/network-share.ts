import { readFileSync, realpathSync, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { MediasearchError } from "../../errors.ts";

/** A file system that other machines may write to as well. */
export interface NetworkShare {
  /** As `mount` names it: nfs4, cifs, … */
  readonly kind: string;
  /** Whether a lock that one machine takes keeps the others out. */
  readonly hasLocks: boolean;
}

/**
 * Magic numbers of file systems that lie elsewhere (linux/magic.h, and each system's own headers):
 * NFS, SMB, CIFS, SMB2, AFS, Coda, Ceph, 9P, Lustre, GPFS, BeeGFS, VirtualBox, FUSE. A disk of this
 * machine is known by one call.
 */
const NOT_LOCAL = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0x00c36400, 0x01021997,
  0x0bd00bd0, 0x47504653, 0x19830326, 0x786f4256, 0x65735546,
]);
/**
 * Shares of a network or of a host, whose locks hold for everybody unless options say otherwise.
 */
const WITH_LOCKS =
  /^(?:nfs4?|cifs|smb3|smbfs|smb|ceph|fuse\.ceph|afs|coda|9p|virtiofs|lustre|gpfs|beegfs|vboxsf|glusterfs|fuse\.glusterfs)$/;
/** Folders that a program of this machine shows; nobody else hears of their locks. */
const WITHOUT_LOCKS =
  /^fuse\.(?:sshfs|rclone|s3fs|gcsfuse|goofys|mountpoint-s3|blobfuse2?|davfs|curlftpfs)$|^davfs2?$/;
/** Options by which locks stay on this machine: nfs(5), mount.cifs(8). */
const LOCAL_LOCKS = /(?:^|,)(?:nolock|nobrl|local_lock=(?:all|posix))(?:,|$)/;

/** The share that a file lies on; undefined for a disk of this machine, and where nothing tells. */
export function findShare(path: string): NetworkShare | undefined {
  if (/^\\\\[^\\.?]/.test(path)) return { kind: "smb", hasLocks: true };
  try {
    const folder = existingFolder(path);
    if (!NOT_LOCAL.has(Number(statfsSync(folder).type) % 2 ** 32)) return undefined;
    return shareOf(realpathSync(folder), readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return undefined;
  }
}

/** The folder of a file, or the nearest one above it that is there. */
function existingFolder(path: string): string {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const isThere = statSync(folder, { throwIfNoEntry: false }) !== undefined;
    if (isThere || folder === dirname(folder)) return folder;
  }
}

/** Reads a mount table (proc(5), mountinfo). */
export function shareOf(folder: string, mountinfo: string): NetworkShare | undefined {
  let best = { point: "", kind: "", options: "" };
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , , escaped = "", options = ""] = before.split(" ");
    const [kind = "", , superOptions = ""] = after.split(" ");
    const point = escaped.replaceAll(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const isAbove = folder === point || folder.startsWith(point === "/" ? "/" : `${point}/`);
    // Of two at the same place the later one lies on top.
    if (kind !== "" && isAbove && point.length >= best.point.length)
      best = { point, kind, options: `${options},${superOptions}` };
  }
  if (WITHOUT_LOCKS.test(best.kind)) return { kind: best.kind, hasLocks: false };
  if (!WITH_LOCKS.test(best.kind)) return undefined;
  return { kind: best.kind, hasLocks: !LOCAL_LOCKS.test(best.options) };
}

/**
 * Refuses a place where two machines could damage a library.
 * @throws USAGE
 */
export function refuseWithoutLocks(path: string, { kind, hasLocks }: NetworkShare): void {
  if (hasLocks) return;
  throw new MediasearchError(
    "USAGE",
    `${path}: is on a share (${kind}) whose locks hold on one machine only; two machines could damage a library there`,
    {
      subject: path,
      hint: "keep the library on a disk of this machine (MEDIASEARCH_HOME, --store), mount the share with locks, or use BACKEND=vast",
    },
  );
}
