import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * SQLite's native part for this platform. The package mediasearch carries it; a checkout uses that of
 * better-sqlite3, and looks through the folders of packages, which takes a millisecond less than
 * resolving a name.
 */
export function sqliteBinding(): string {
  const { arch, platform } = process;
  const name = `${isMusl() ? "linuxmusl" : platform}-${arch}.node`;
  const packed = fileURLToPath(new URL(`../../sqlite/${name}`, import.meta.url));
  if (existsSync(packed)) return packed;
  const folders = createRequire(import.meta.url).resolve.paths("better-sqlite3") ?? [];
  return (
    folders
      .map((folder) => join(folder, "better-sqlite3/prebuilds", name))
      .find((path) => existsSync(path)) ?? packed
  );
}

/** Whether this process runs on the C library musl. A machine with glibc can have musl's loader too. */
function isMusl(): boolean {
  const { arch, platform } = process;
  if (platform !== "linux") return false;
  const loader = `/lib/ld-musl-${arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
  return existsSync(loader) && readFileSync("/proc/self/maps", "latin1").includes(loader);
}
