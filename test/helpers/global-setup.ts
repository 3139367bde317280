import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { testModels } from "./models.ts";

/** The program as users run it is built, and the models are fetched, once, before tests that run side by side want them. */
export default async function setup(): Promise<void> {
  execFileSync(
    process.execPath,
    [fileURLToPath(new URL("../../scripts/build.js", import.meta.url))],
    { stdio: "inherit" },
  );
  await testModels("moonshine-tiny");
  await testModels("silero-vad");
}
