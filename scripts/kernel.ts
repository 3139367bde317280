/** Assembles src/backends/local/vector-kernel.wat into the module that the program loads. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const SOURCE = new URL("../src/backends/local/vector-kernel.wat", import.meta.url);
const TARGET = new URL("../src/backends/local/vector-kernel.wasm.ts", import.meta.url);

/** The text of vector-kernel.wasm.ts. */
export async function kernelModule(): Promise<string> {
  const { parseWat } = await wabt();
  const source = parseWat("vector-kernel.wat", readFileSync(SOURCE, "utf8"));
  const base64 = Buffer.from(source.toBinary({}).buffer).toString("base64");
  source.destroy();
  return `// Made from vector-kernel.wat by \`npm run kernel\`: change that file, not this one.
export const KERNEL_BASE64 =
  "${base64}";
`;
}

if (import.meta.main) writeFileSync(fileURLToPath(TARGET), await kernelModule());
