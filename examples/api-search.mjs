// Prints what was said about some words, with file and time: node api-search.mjs WORDS…
import { MediasearchError, openLibrary } from "mediasearch";

const library = await openLibrary();
try {
  const page = await library.search({ query: process.argv.slice(2).join(" "), context: 1 });
  for (const { file, startMs, speaker, spans } of page.hits) {
    const text = spans.map((span) => (span.matched ? `[${span.text}]` : span.text)).join("");
    console.log(`${file} ${(startMs / 1000).toFixed(1)} s ${speaker ?? "?"}: ${text}`);
  }
  console.log(`${page.hits.length} of ${page.total}`);
} catch (error) {
  if (!(error instanceof MediasearchError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  if (error.hint) console.error(`next: ${error.hint}`);
  process.exitCode = error.exitCode;
} finally {
  await library.close();
}
