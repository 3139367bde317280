import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const { arch, platform } = process;
const require = createRequire(import.meta.url);

/**
 * SQLite's native part. In the built program this module takes the place of better-sqlite3's own
 * `binding.js`, which looks for it beside its JavaScript.
 */
export const getBinding = (): unknown => require(sqlitePath());

/**
 * The package mediasearch carries the part for each platform. A checkout uses that of
 * better-sqlite3, and looks through the folders of packages, which takes a millisecond less than
 * resolving a name.
 */
function sqlitePath(): string {
  const name = `${isMusl() ? "linuxmusl" : platform}-${arch}.node`;
  const packed = fileURLToPath(new URL(`../../sqlite/${name}`, import.meta.url));
  if (existsSync(packed)) return packed;
  const paths = (require.resolve.paths("better-sqlite3") ?? []).map((folder) =>
    join(folder, "better-sqlite3/prebuilds", name),
  );
  return paths.find((path) => existsSync(path)) ?? packed;
}

/**
 * Whether this process runs on the C library musl. A machine with glibc can have musl's loader too.
 */
function isMusl(): boolean {
  if (platform !== "linux") return false;
  const loader = `/lib/ld-musl-${arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
  return existsSync(loader) && readFileSync("/proc/self/maps", "latin1").includes(loader);
}
