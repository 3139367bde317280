// Compiles src/ to dist/, from nothing each time so that no file of an older build stays.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}tsconfig.build.json`], { stdio: "inherit" });
// Read at run time; the compiler knows nothing of them.
cpSync(`${root}src/asr/nim/protos`, `${root}dist/asr/nim/protos`, { recursive: true });
