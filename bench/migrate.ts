/**
 * What a move costs: npm run bench:migrate -- [numbers of segments, default 10000 100000] [--file].
 * Linux only (reads /proc). A library of files of a thousand segments with 384-dimensional vectors
 * is moved by the real program to the emulator of VAST DataBase, in a process of its own, and
 * verified; with `--file` into a library file. CPU time and memory are the program's, the
 * emulator's apart: what a real cluster's network and disks add is not in it. The floor is what
 * reading and writing the same library once takes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnEmulator } from "../emulator/spawn.ts";
import { openBackend } from "../src/backends/registry.ts";
import { DIMENSIONS, files, type World } from "./search/library.ts";
import { normal, seeded } from "./search/words.ts";

const given = process.argv
  .slice(2)
  .filter((arg) => !arg.startsWith("--"))
  .map(Number);
const sizes = given.length > 0 ? given : [10_000, 100_000];
const intoFile = process.argv.includes("--file");
const bin = fileURLToPath(new URL("../bin/mediasearch.js", import.meta.url));
const TICKS = 100;

function world(): World {
  const random = seeded(3);
  const real = Array.from({ length: 200 }, () => {
    const vector = Float32Array.from({ length: DIMENSIONS }, () => normal(random));
    const length = Math.hypot(...vector);
    return vector.map((x) => x / length);
  });
  return { real, vectorQueries: [], textQueries: [] };
}

interface Cost {
  readonly wallS: number;
  readonly cpuS: number;
  readonly peakMb: number;
  readonly stdout: string;
}

/** Peak memory and CPU time of a process as the kernel counts them, until it ends. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Cost> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [bin, ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const seen = { cpuS: 0, peakMb: 0 };
  const look = (): void => {
    try {
      const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      seen.cpuS = (Number(stat[11]) + Number(stat[12])) / TICKS;
      seen.peakMb = Math.max(
        seen.peakMb,
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) /
          1024,
      );
    } catch {
      // It has just ended.
    }
  };
  const timer = setInterval(look, 50);
  const [code] = (await once(child, "exit")) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`mediasearch ${args.join(" ")} ended with ${code}: ${stdout}`);
  return { ...seen, wallS: (performance.now() - startedAt) / 1000, stdout };
}

console.log(
  "| segments | library file | floor: read and write once, CPU s | move and verify, CPU s | segments per CPU s | wall s | peak memory | emulator's memory | again, nothing to do, wall s |\n|---|---|---|---|---|---|---|---|---|",
);
for (const size of sizes) {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-migrate-"));
  const path = join(folder, "library.sqlite");
  const source = await openBackend("local", { path, create: true });
  for (const version of files(size, world()))
    await source.library.versions.commit(version, { embedder: "bench@1", dimensions: DIMENSIONS });
  const before = process.cpuUsage();
  const copy = await openBackend("local", { path: join(folder, "floor.sqlite"), create: true });
  for await (const asset of source.library.catalog.list()) {
    const segments = [];
    for await (const segment of source.library.versions.read(asset.id)) segments.push(segment);
    await copy.library.versions.commit(
      {
        ...asset,
        fingerprint: asset.fingerprint ?? "",
        origin: "asr",
        engine: "e",
        language: "en",
        indexedAtMs: 1,
        segments,
      },
      { embedder: "bench@1", dimensions: DIMENSIONS },
    );
  }
  const floor = process.cpuUsage(before);
  await copy.close();
  await source.close();
  rmSync(join(folder, "floor.sqlite"));
  const emulator = intoFile ? undefined : await spawnEmulator();
  const env = {
    ...process.env,
    MEDIASEARCH_HOME: folder,
    XDG_CACHE_HOME: folder,
    ...(emulator
      ? {
          VAST_ENDPOINT: emulator.url,
          VAST_ACCESS_KEY_ID: emulator.accessKey,
          VAST_SECRET_ACCESS_KEY: emulator.secretKey,
          VAST_DATABASE_BUCKET: emulator.bucket,
        }
      : {}),
  };
  const args = ["migrate", "--to", intoFile ? join(folder, "copy.sqlite") : "vast", "--json"];
  const moved = await run(args, env);
  const { proof } = JSON.parse(moved.stdout) as {
    proof: { segments: number; differences: readonly unknown[] };
  };
  if (proof.segments !== size || proof.differences.length > 0)
    throw new Error(`not the same: ${moved.stdout}`);
  const emulatorMb = emulator
    ? Number(
        /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${emulator.pid}/status`, "utf8"))?.[1] ?? 0,
      ) / 1024
    : 0;
  const again = await run(args, env);
  console.log(
    `| ${size.toLocaleString("en")} | ${(statSync(path).size / 1e6).toFixed(0)} MB | ${((floor.user + floor.system) / 1e6).toFixed(1)} | ${moved.cpuS.toFixed(1)} | ${(size / moved.cpuS).toFixed(0)} | ${moved.wallS.toFixed(1)} | ${moved.peakMb.toFixed(0)} MB | ${emulator ? `${emulatorMb.toFixed(0)} MB` : "–"} | ${again.wallS.toFixed(1)} |`,
  );
  await emulator?.stop();
  rmSync(folder, { recursive: true });
}
