import { lstat, readdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Context } from "../app/context.ts";
import { type CheckStep, ok, type Outcome, warning } from "../check.ts";
import { privateFolder, privateTemporaryFolder } from "../private-folder.ts";
import { formatBytes } from "../text/format.ts";

/** A model cache can be shared by many; nobody waits for more of it to be counted. */
const MAX_ENTRIES = 20_000;

/**
 * Says what this program keeps on the machine, and where: README and docs/security.md promise that
 * there is nothing else.
 */
export function writtenSteps({ config, env }: Context): readonly CheckStep[] {
  const { store, modelCache } = config.settings;
  return [
    {
      check: "written",
      group: "written",
      tried: "look at what is kept where",
      code: "IO_FAILED",
      async run(signal) {
        const kept = [
          ["library", await sizeOfFiles([store, `${store}-wal`, `${store}-shm`]), store],
          ["models", await sizeOfFolder(modelCache, signal), modelCache],
          ...(await privateSizes(signal)),
        ] as const;
        return ok(
          kept.map(([what, size, path]) => `${what} ${formatBytes(size)} in ${path}`).join("; "),
        );
      },
    },
    {
      check: "cache",
      group: "written",
      tried: "look for a folder that only this user can write",
      code: "IO_FAILED",
      run: async () =>
        privateFolder("compile") === undefined
          ? warning(
              "others can write the cache folder, or one above it: compiled code is not kept there, and starts are slower",
              "XDG_CACHE_HOME=FOLDER   (yours alone, as are all folders above it)",
            )
          : [],
    },
    {
      check: "leftovers",
      group: "written",
      tried: "look for what earlier versions left",
      code: "IO_FAILED",
      run: () => leftovers(env),
    },
  ];
}

async function privateSizes(
  signal: AbortSignal,
): Promise<readonly (readonly [string, number, string])[]> {
  const sizes: (readonly [string, number, string])[] = [];
  for (const [what, folder] of [
    ["ONNX Runtime", privateFolder("runtime") ?? privateTemporaryFolder("runtime")],
    ["compiled code", privateFolder("compile")],
  ] as const) {
    if (folder === undefined) continue;
    const size = await sizeOfFolder(folder, signal);
    if (size > 0) sizes.push([what, size, folder]);
  }
  return sizes;
}

/** Up to mediasearch 0.1 an ONNX Runtime was used that kept reports for its maker. */
async function leftovers(env: Context["env"]): Promise<Outcome | readonly Outcome[]> {
  const given = env["XDG_CACHE_HOME"] ?? "";
  const cache = isAbsolute(given) ? given : join(homedir(), ".cache");
  const reports = join(cache, "Microsoft/DeveloperTools/.onnxruntime");
  const logs = (await readdir(tmpdir()).catch(() => [])).filter((name) =>
    /^mat-debug-\d+\.log$/.test(name),
  );
  const paths = [
    ...((await sizeOf(reports)) === null ? [] : [reports]),
    ...(logs.length === 0 ? [] : [join(tmpdir(), "mat-debug-*.log")]),
  ];
  if (paths.length === 0) return [];
  return ok(
    `reports of an ONNX Runtime to its maker, from a version before this one or another program, in ${paths.join(" and ")}: they may be deleted`,
  );
}

const sizeOf = (path: string): Promise<number | null> =>
  lstat(path).then(
    ({ size }) => size,
    () => null,
  );

async function sizeOfFiles(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(sizeOf));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

async function sizeOfFolder(folder: string, signal: AbortSignal): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let sum = 0;
  for (const name of names.slice(0, MAX_ENTRIES)) {
    signal.throwIfAborted();
    const found = await lstat(join(folder, name)).catch(() => null);
    if (found?.isFile()) sum += found.size;
  }
  return sum;
}
