import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { gzipSync } from "node:zlib";
import { Field, Float32, Int64, List, Utf8 } from "apache-arrow";
import { readAnswer } from "../../src/asr/custom/read-answer.ts";
import { readJob, readNames, readSummary } from "../../src/backends/stored-json.ts";
import { readLeaf } from "../../src/backends/vast/wire/assemble.ts";
import { finish, readRoot, writeTable, writeVector } from "../../src/backends/vast/wire/flat.ts";
import { readFrames } from "../../src/backends/vast/wire/framing.ts";
import { writeRows } from "../../src/backends/vast/wire/ipc.ts";
import { toValues } from "../../src/backends/vast/wire/values.ts";
import { readConfigFile } from "../../src/config/config-file.ts";
import { MediasearchError } from "../../src/errors.ts";
import { FORMATS } from "../../src/media/captions/formats.ts";
import { captionName } from "../../src/media/captions/names.ts";
import { parseCaptions } from "../../src/media/captions/parse.ts";
import { formatSrt, formatWebvtt } from "../../src/media/captions/write.ts";
import { parseMessage } from "../../src/notifications/parse.ts";
import { passRequests } from "../../src/mcp/request-gate.ts";
import { segmentCues } from "../../src/pipeline/worker/segment.ts";
import { errorBody } from "../../src/remote/refusals.ts";
import { parseQuery } from "../../src/search/query/parse.ts";
import { globMatcher } from "../../src/text/glob.ts";
import { cleanCues, cleanText, isPlace } from "../../src/text/untrusted.ts";
import { readBackup } from "../../src/transfer/backup-file.ts";
import { parseForeignTranscript, parseTranscript } from "../../src/transfer/transcript-file.ts";
import { DOCUMENT_READERS } from "./document-targets.ts";
import { MEDIA_READERS } from "./media-targets.ts";
import { keptSeeds, samplesIn } from "./seeds.ts";
import { SERVER_READERS } from "./server-targets.ts";
import type { FuzzTarget } from "./target.ts";

const text = (...samples: readonly string[]): Uint8Array[] =>
  samples.map((sample) => Buffer.from(sample));

/** What must hold of cues whatever they were read from. */
function checkCues(cues: ReturnType<typeof parseCaptions>["cues"]): void {
  for (const { startMs, endMs, text: said } of cues)
    if (!(startMs >= 0 && endMs >= startMs) || said === "")
      throw new TypeError(`a cue that can't be: ${startMs} to ${endMs}`);
  const segments = segmentCues(cleanCues(cues));
  for (const segment of segments)
    if (cleanText(segment.text) !== segment.text)
      throw new TypeError("a segment that is not clean");
  // What is written reads back.
  if (segments.length === 0) return;
  parseCaptions(Buffer.from(formatWebvtt(segments)), "webvtt");
  parseCaptions(Buffer.from(formatSrt(segments)), "srt");
}

const captionTarget = ({ name }: (typeof FORMATS)[number]): FuzzTarget => ({
  name: `captions-${name}`,
  seeds: () => [
    ...samplesIn(
      ["webvtt", "srt", "ass"].includes(name)
        ? "src/media/captions/parse.test.ts"
        : `src/media/captions/formats/${name}.test.ts`,
    ),
    ...text("WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ada>Hello &amp; bye\n"),
  ],
  read: (bytes) => checkCues(parseCaptions(bytes, name).cues),
});

const transcriptTarget = (format: "json" | "srt" | "vtt" | "txt" | "md"): FuzzTarget => ({
  name: `transcript-${format}`,
  seeds: () => [
    ...samplesIn("src/transfer/transcript-text.test.ts"),
    ...text(
      JSON.stringify({
        version: 1,
        asset: "/a.mp3",
        fingerprint: "f",
        captionsStat: "",
        sizeBytes: 1,
        mtimeMs: 1,
        origin: "asr",
        engine: "e",
        language: "en",
        durationMs: 1,
        indexedAtMs: 1,
        recordedAtMs: null,
        embedder: { embedder: "m", dimensions: 1 },
        segments: [
          { startMs: 0, endMs: 1, speaker: "A", text: "x", confidence: 0.5, vector: "AACAPw==" },
        ],
      }),
      "# a.mp3\n0:00:00.000-0:00:01.000\tAda\thello\n",
      "# a.mp3\n\n- `0:00:00.000-0:00:01.000` **Ada:** hello\n",
    ),
  ],
  read(bytes) {
    const { segments, facts } = parseTranscript(format, bytes);
    if (facts && !isPlace(facts.asset)) throw new TypeError("an asset that is no place");
    for (const { text: said } of segments)
      if (cleanText(said) !== said) throw new TypeError("a segment that is not clean");
  },
});

const list = finish((b) =>
  writeTable(b, [
    ["offset", b.createString("name")],
    ["offset", writeVector(b, [writeTable(b, [["offset", b.createString("x")]])])],
    ["u64", 7n],
  ]),
);
const arrow = (): Uint8Array[] => [
  writeRows([new Field("a", new Utf8(), true)], [["one", null, "three"]]),
  writeRows([new Field("b", new Float32(), true)], [[1, 2, 3]]),
  writeRows([new Field("c", new Int64(), true)], [[1n, 2n]]),
  writeRows(
    [new Field("d", new List(new Field("item", new Utf8(), true)), true)],
    [[["x", "y"], []]],
  ),
];
const silence = { samples: new Float32Array(16_000), voiced: [1, 1, 1], startSample: 0 };
const folder = mkdtempSync(join(tmpdir(), "mediasearch-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

/** Every reader of bytes from outside. */
const READERS: readonly FuzzTarget[] = [
  ...FORMATS.map(captionTarget),
  ...(["json", "srt", "vtt", "txt", "md"] as const).map(transcriptTarget),
  {
    name: "transcript-foreign",
    seeds: () => samplesIn("src/media/captions/formats/whisper-json.test.ts"),
    read: (bytes) => parseForeignTranscript(bytes, { format: "whisper-json", language: null }),
  },
  {
    name: "caption-names",
    seeds: () => text("talk.en.forced.vtt", "talk.mp4.pt-BR.srt", "a (1).zh-Hans.sdh.ass.gz"),
    read: (bytes) => captionName(bytes.toString("utf8")),
  },
  {
    name: "recogniser-answer",
    seeds: () =>
      text(
        '{"text":"hello there","segments":[{"start":0,"end":0.5,"text":"hello","words":[{"word":"hello","start":0,"end":0.5,"probability":0.9}]}],"words":[{"word":"hello","start":0,"end":0.4}],"language":"english"}',
        '{"cues":[{"startMs":0,"endMs":10,"text":"a","speaker":"1"}]}',
        "1\n00:00:00,000 --> 00:00:00,500\nhello\n",
      ),
    read: (bytes) => readAnswer(bytes, silence, "auto"),
  },
  {
    name: "server-refusal",
    seeds: () =>
      text(
        '{"error":{"message":"no","code":"x"}}',
        "<html>busy</html>",
        '{"detail":[{"msg":"a"}]}',
      ),
    read: (bytes) => errorBody(bytes.toString("utf8")),
  },
  {
    name: "backup",
    seeds: () =>
      text(
        `mediasearch backup 1\n{"createdAt":"2026","schema":7,"files":1,"segments":1,"embedder":null,"sizeBytes":3,"sha256":"${"a".repeat(64)}"}\nabc`,
      ),
    async read(bytes) {
      const path = join(folder, "a.backup");
      writeFileSync(path, gzipSync(bytes, { level: 1 }));
      // One that is sound leaves its library.
      rmSync(join(folder, "library.sqlite"), { force: true });
      await readBackup(path, join(folder, "library.sqlite"), signal);
    },
  },
  {
    name: "backup-raw",
    seeds: () => [gzipSync("mediasearch backup 1\n{}\nabc"), gzipSync("x".repeat(1000))],
    async read(bytes) {
      const path = join(folder, "b.backup");
      writeFileSync(path, bytes);
      await readBackup(path, join(folder, "library.sqlite"), signal);
    },
  },
  { name: "flatbuffers", seeds: () => [list], read: (bytes) => readTable(bytes) },
  {
    name: "arrow",
    seeds: arrow,
    read(bytes) {
      const { data } = readLeaf(bytes);
      return data && toValues(data);
    },
  },
  {
    name: "arrow-frames",
    seeds: () =>
      arrow().map((message) =>
        Buffer.concat([Buffer.alloc(12), message, Buffer.from([0xfe, 0xff, 0xff, 0xff])]),
      ),
    read: (bytes) =>
      Array.fromAsync(
        readFrames(
          (async function* () {
            yield bytes;
          })(),
        ),
      ),
  },
  {
    name: "mcp",
    seeds: () =>
      text(
        '{"jsonrpc":"2.0","id":1,"method":"ping"}\n{"jsonrpc":"2.0","method":"notifications/x","params":{}}\n',
      ),
    async read(bytes) {
      const [input, lines, output] = [new PassThrough(), new PassThrough(), new PassThrough()];
      lines.resume();
      output.on("data", (line: Buffer) => JSON.parse(line.toString("utf8")));
      input.end(bytes);
      await passRequests({ input, lines, output, pending: () => 0, nextAnswer: async () => {} });
    },
  },
  {
    name: "config-file",
    seeds: () =>
      text(
        '{"jobs":2,"language":"de","engine":"local","captions":"prefer"}',
        '{"engineRules":{"de":"WHISPER","interviews/":["NVIDIA_NIMS","local"]},"whisperApiKeyFile":"x"}',
      ),
    read(bytes) {
      const path = join(folder, "config.json");
      writeFileSync(path, bytes, { mode: 0o600 });
      return readConfigFile(path, "project file", false);
    },
  },
  {
    name: "query",
    seeds: () =>
      text(
        '"exact words" -without (a OR b) AND NOT c pre* speaker:ann file:*.mp3 after:2026-01-01',
        "duration:>10m confidence:>0.8 lang:en origin:captions before:yesterday",
        "C++ .NET AT&T don't 港 naïve",
      ),
    read: (bytes) => parseQuery(bytes.toString("utf8")),
  },
  {
    name: "glob",
    seeds: () => text("**/*.{mp3,wav}", "[!a-z]?(x|y)*", "+(a|aa)b", "a/**"),
    read(bytes) {
      const pattern = bytes.toString("utf8").slice(0, 400);
      return globMatcher(pattern)("interviews/2026/ann.mp3");
    },
  },
  {
    name: "stored-json",
    seeds: () =>
      text(
        '{"state":"RETRYING","code":"BUG","reason":"x","log":["a"],"attempts":1}',
        '["a","b"]',
        '{"indexed":1}',
      ),
    read(bytes) {
      const json = bytes.toString("utf8");
      return [readJob("/a", json), readSummary(json), readNames(json)];
    },
  },
  {
    name: "bucket-events",
    seeds: () =>
      text(
        '{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"media"},"object":{"key":"a+b%20.mp3"}}}]}',
        '[{"specversion":"1.0","type":"vastdata.com:Element.ElementCreated","elementpath":"media/a.mp3","data":{}}]',
        '{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"m"},"object":{"key":"a"}}}',
        '{"Type":"Notification","Message":"{\\"Event\\":\\"s3:TestEvent\\"}"}',
      ),
    read: (bytes) => parseMessage({ headers: new Map(), body: bytes }),
  },
  ...SERVER_READERS,
  ...MEDIA_READERS,
  ...DOCUMENT_READERS,
];

/** With the inputs that were kept. */
export const TARGETS: readonly FuzzTarget[] = READERS.map((target) => ({
  ...target,
  seeds: () => [...target.seeds(), ...keptSeeds(target.name)],
}));

function readTable(bytes: Uint8Array): void {
  const visit = (table: ReturnType<typeof readRoot>, depth: number): void => {
    for (let field = 0; field < 6; field++) {
      for (const read of ["string", "bytes", "u8", "i32", "i64", "f64", "has"] as const)
        table[read](field);
      if (depth < 3) for (const inner of table.tables(field).slice(0, 3)) visit(inner, depth + 1);
    }
  };
  visit(readRoot(bytes), 0);
}

/**
 * Errors that a reader may give for what it can't read: ours, and those that callers of the wire
 * turn into ours.
 */
const OF_THE_WIRE = new Set(["arrow", "arrow-frames", "flatbuffers", "kafka-batch"]);

/** @returns why the target failed on the input; undefined when it read or refused it. */
export async function failureOf(target: FuzzTarget, bytes: Buffer): Promise<string | undefined> {
  try {
    await target.read(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof MediasearchError && error.code !== "BUG") return undefined;
    if (OF_THE_WIRE.has(target.name) && error instanceof Error) return undefined;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
