import { testModels } from "./models.ts";

/** Models are fetched once, before tests that run side by side want them. */
export default async function setup(): Promise<void> {
  await testModels("moonshine-tiny");
  await testModels("silero-vad");
}
