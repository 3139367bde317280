// Indexes a folder into a library of its own and says what is in it: node api-index.ts FOLDER
import { type IndexEvent, openLibrary } from "mediasearch";

const [folder = "."] = process.argv.slice(2);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("stopped")));

function describe(event: IndexEvent): string | undefined {
  switch (event.type) {
    case "indexed":
      return `${event.path}: ${event.segments} segments`;
    case "failed":
      return `${event.path}: ${event.error.code}, ${event.error.message}`;
    case "summary":
      return `${event.counts.indexed} indexed, ${event.counts.failed} failed`;
    default:
      // A later version may tell more.
      return undefined;
  }
}

const library = await openLibrary({ store: "talks.sqlite", signal: stop.signal });
try {
  for await (const event of library.index({ paths: [folder] })) {
    const line = describe(event);
    if (line !== undefined) console.log(line);
  }
  for (const { file, state, durationMs } of await library.list({ sort: "duration" }))
    console.log(`${file}: ${state}, ${((durationMs ?? 0) / 1000).toFixed(0)} s`);
  const [failed] = await library.jobs();
  if (failed) console.log(`first failure: ${failed.file}: ${failed.state}`);
} finally {
  await library.close();
}
