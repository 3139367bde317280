import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { testModels } from "./models.ts";

/**
 * Builds the program as users run it and gets the models once, before tests that run side by side
 * need them.
 */
export default async function setup(): Promise<void> {
  execFileSync(
    process.execPath,
    [fileURLToPath(new URL("../../scripts/build.js", import.meta.url))],
    { stdio: "inherit" },
  );
  await testModels("moonshine-tiny");
  await testModels("silero-vad");
}
