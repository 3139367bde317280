/**
 * Word error rate: npm run bench:words -- [FOLDER, default fixtures/media]. Recognises every
 * recording of the folder and scores it by the folder's wer.py, or by its truth.json (recordings in
 * English that are to be recognised).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { openTranscriber } from "../src/asr/registry.ts";
import { wordErrors } from "../src/asr/transcriber.contract.ts";
import { decodeAudio } from "../src/media/decode.ts";
import { probeMedia } from "../src/media/probe.ts";
import { candidateByName } from "../src/media/sniff.ts";
import { testModels } from "../test/helpers/models.ts";

const folder = resolve(process.argv[2] ?? "fixtures/media");
const signal = new AbortController().signal;
const transcriber = await openTranscriber("local", { models: testModels });
const heard: Record<string, string> = {};
for (const name of readdirSync(folder).filter((one) => candidateByName(one) === "media")) {
  const path = join(folder, name);
  const { audio } = await probeMedia(path);
  if (!audio) continue;
  const { cues } = await transcriber.transcribe(
    decodeAudio(path, { streamIndex: audio.streamIndex, signal }),
    { signal },
  );
  heard[name] = cues.map(({ text }) => text).join(" ");
}
await transcriber.close();

if (existsSync(join(folder, "wer.py"))) {
  const work = mkdtempSync(join(tmpdir(), "mediasearch-words-"));
  const byId = Object.fromEntries(
    Object.entries(heard).map(([name, text]) => [name.slice(0, -extname(name).length), text]),
  );
  writeFileSync(join(work, "heard.json"), JSON.stringify(byId));
  process.stdout.write(
    execFileSync("python3", [join(folder, "wer.py"), join(work, "heard.json")], {
      encoding: "utf8",
    }),
  );
  rmSync(work, { recursive: true });
} else {
  const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as Record<
    string,
    { language: string; origin: string; cues: { text: string }[] }
  >;
  let [errors, words] = [0, 0];
  for (const [name, { language, cues }] of Object.entries(truth)) {
    if (language !== "en" || cues.length === 0 || heard[name] === undefined) continue;
    const score = wordErrors(cues.map(({ text }) => text).join(" "), heard[name]);
    process.stdout.write(`${name.padEnd(20)} ${score.errors}/${score.words}\n`);
    errors += score.errors;
    words += score.words;
  }
  process.stdout.write(`WER ${((100 * errors) / words).toFixed(1)} %  (${errors}/${words})\n`);
}
