/**
 * A transcription server in the shapes of OpenAI, speaches and whisper.cpp, each below a path of
 * its own; what it answers it has really heard. `POST /faults` sets what goes wrong with the next
 * requests, `GET /log` tells which there were. Prints its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Cue } from "../../src/types.ts";
import { openEars, type Recognised } from "./ears.ts";
import { commit, type Fault, json, readBody } from "./http-faults.ts";

const hear = await openEars();
let faults: Fault[] = [];
let log: unknown[] = [];
/** whisper.cpp: every path is 404 until the model is there. */
let isLoading = false;
const KEY = "right-key";
const MAX_BYTES = 25_000_000;

type Fields = Readonly<Record<string, readonly string[]>>;

/** Node's own parser of forms: it takes nothing for granted that ours writes. */
async function readForm(
  request: IncomingMessage,
  body: Buffer,
): Promise<{ fields: Fields; file: Buffer; fileName: string }> {
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": request.headers["content-type"] ?? "" },
  }).formData();
  const fields: Record<string, string[]> = {};
  let [file, fileName] = [Buffer.alloc(0), ""];
  for (const [name, value] of form) {
    if (typeof value === "string") (fields[name] ??= []).push(value);
    else [file, fileName] = [Buffer.from(await value.arrayBuffer()), value.name];
  }
  return { fields, file, fileName };
}

const seconds = (ms: number): number => ms / 1000;
const bare = (text: string): string => text.replace(/[^\p{L}\p{N}' -]/gu, "");
const textOf = (cues: readonly Cue[]): string => cues.map(({ text }) => text).join(" ");
const whole = (cue: Cue, id: number) => ({
  id,
  seek: 0,
  start: seconds(cue.startMs),
  end: seconds(cue.endMs),
  text: ` ${cue.text}`,
  tokens: [1],
  temperature: 0,
  avg_logprob: Math.log(cue.confidence ?? 0.5),
  compression_ratio: 1.1,
  no_speech_prob: 0.01,
});

function openAiError(
  response: ServerResponse,
  status: number,
  message: string,
  param: string | null,
  code: string | null = null,
): void {
  json(response, status, { error: { message, type: "invalid_request_error", param, code } });
}

const MODEL_FORMATS: Readonly<Record<string, readonly string[]>> = {
  "whisper-1": ["json", "text", "srt", "verbose_json", "vtt"],
  "gpt-4o-transcribe": ["json", "text"],
  "gpt-4o-transcribe-diarize": ["json", "text", "diarized_json"],
};

/** Speakers take turns from one segment to the next. */
function diarized(
  response: ServerResponse,
  { cues, durationMs }: Recognised,
  isChunked: boolean,
): void {
  if (durationMs > 30_000 && !isChunked)
    return openAiError(
      response,
      400,
      "chunking_strategy is required for audio over 30 seconds",
      "chunking_strategy",
    );
  const segments = cues.map((cue, i) => ({
    type: "transcript.text.segment",
    id: `seg_${i}`,
    start: seconds(cue.startMs),
    end: seconds(cue.endMs),
    speaker: i % 2 === 0 ? "A" : "B",
    text: cue.text,
  }));
  json(response, 200, {
    task: "transcribe",
    duration: seconds(durationMs),
    text: textOf(cues),
    segments,
  });
}

/**
 * OpenAI's: words beside the segments, without punctuation; unknown fields and wrong values are
 * refused.
 */
function openAi(
  response: ServerResponse,
  fields: Fields,
  fileName: string,
  recognised: Recognised,
  hasWords: boolean,
): void {
  const { cues, durationMs } = recognised;
  const one = (name: string): string | undefined => fields[name]?.[0];
  const known = [
    "model",
    "language",
    "response_format",
    "timestamp_granularities[]",
    "temperature",
    "prompt",
    "chunking_strategy",
    "stream",
  ];
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  const format = one("response_format") ?? "json";
  const model = one("model") ?? "";
  if (unknown)
    return openAiError(
      response,
      400,
      `Unrecognized request argument supplied: ${unknown}`,
      unknown,
    );
  const formats = MODEL_FORMATS[model];
  if (formats === undefined)
    return openAiError(
      response,
      404,
      `The model '${model}' does not exist`,
      "model",
      "model_not_found",
    );
  if (!/\.(?:flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/.test(fileName))
    return openAiError(response, 400, "Invalid file format.", "file");
  if (one("language") !== undefined && !/^[a-z]{2}$/.test(one("language") ?? ""))
    return openAiError(
      response,
      400,
      "Language parameter must be specified in ISO-639-1 format.",
      "language",
    );
  if (!formats.includes(format))
    return openAiError(
      response,
      400,
      `response_format '${format}' is not compatible with model '${model}'. Use 'json' or 'text' instead.`,
      "response_format",
      "unsupported_value",
    );
  const granularities = fields["timestamp_granularities[]"] ?? [];
  if (granularities.length > 0 && format !== "verbose_json")
    return openAiError(
      response,
      400,
      "timestamp_granularities is only supported with verbose_json",
      "timestamp_granularities",
    );
  const text = textOf(cues);
  if (format === "json") return json(response, 200, { text });
  if (format === "diarized_json")
    return diarized(response, recognised, one("chunking_strategy") !== undefined);
  const words = cues
    .flatMap((cue) => cue.words ?? [])
    .map((word) => ({
      word: bare(word.text),
      start: seconds(word.startMs),
      end: seconds(word.endMs),
    }));
  json(response, 200, {
    task: "transcribe",
    language: "english",
    duration: seconds(durationMs),
    text,
    ...(granularities.length === 0 || granularities.includes("segment")
      ? { segments: cues.map(whole) }
      : {}),
    ...(granularities.includes("word") ? { words: hasWords ? words : null } : {}),
  });
}

/**
 * whisper.cpp's: words inside the segments, as tokens; fields that it does not know are passed
 * over.
 */
function whisperCpp(
  response: ServerResponse,
  fields: Fields,
  { cues, durationMs }: Recognised,
): void {
  if (fields["response_format"]?.[0] !== "verbose_json")
    return json(response, 200, { text: `${textOf(cues)}\n` });
  const language = fields["language"]?.[0] ?? "en";
  if (!/^(?:auto|[a-z]{2})$/.test(language))
    return void response
      .writeHead(500, { "content-type": "text/plain" })
      .end("500 Internal Server Error\nbasic_string: construction from null is not valid");
  const tokens = (cue: Cue) =>
    (cue.words ?? []).flatMap(({ text, startMs, endMs, confidence }) => {
      const cut = Math.ceil(text.length / 2);
      const middle = (startMs + endMs) / 2;
      const token = (word: string, from: number, to: number) => ({
        word,
        start: seconds(from),
        end: seconds(to),
        t_dtw: -1,
        probability: confidence,
      });
      return text.length < 4
        ? [token(` ${text}`, startMs, endMs)]
        : [token(` ${text.slice(0, cut)}`, startMs, middle), token(text.slice(cut), middle, endMs)];
    });
  json(response, 200, {
    task: "transcribe",
    language: "english",
    duration: seconds(durationMs),
    text: cues.map(({ text }) => ` ${text}\n`).join(""),
    segments: cues.map((cue, i) => ({ ...whole(cue, i), avg_logprob: null, words: tokens(cue) })),
  });
}

/** Health, models and wrong keys. @returns whether the request is answered. */
function answerWithoutAudio(
  request: IncomingMessage,
  response: ServerResponse,
  flavour: string,
  path: string,
): boolean {
  if (path === "/health" && flavour === "cpp")
    json(response, isLoading ? 404 : 200, { status: "ok" });
  else if (path === "/health" && flavour === "speaches") json(response, 200, { message: "OK" });
  else if (flavour === "locked" && request.headers.authorization !== `Bearer ${KEY}`)
    openAiError(
      response,
      401,
      `Incorrect API key provided: ${(request.headers.authorization ?? "").replace("Bearer ", "")}.`,
      null,
      "invalid_api_key",
    );
  else if (path === "/v1/models" && flavour !== "cpp")
    json(response, 200, {
      object: "list",
      data: ["whisper-1", "gpt-4o-transcribe"].map((id) => ({
        id,
        object: "model",
        created: 0,
        owned_by: "tests",
      })),
    });
  else return false;
  return true;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://server");
  const body = await readBody(request);
  if (url.pathname === "/faults") {
    faults = JSON.parse(body.toString()) as Fault[];
    log = [];
    return json(response, 200, {});
  }
  if (url.pathname === "/log") return json(response, 200, log);
  const [, flavour = "", ...rest] = url.pathname.split("/");
  const path = `/${rest.join("/")}`;
  if (answerWithoutAudio(request, response, flavour, path)) return;
  if (path !== (flavour === "cpp" ? "/inference" : "/v1/audio/transcriptions"))
    return json(response, 404, { detail: "Not Found" });
  const { fields, file, fileName } = await readForm(request, body);
  log.push({
    atMs: Date.now(),
    path: url.pathname,
    fields,
    fileBytes: file.length,
    authorization: request.headers.authorization ?? null,
  });
  const fault = faults.shift();
  isLoading = fault?.status === 404 && fault.body === "loading";
  if (await commit(fault, response)) return;
  if (file.length > MAX_BYTES)
    return openAiError(
      response,
      413,
      `Maximum content size limit (${MAX_BYTES}) exceeded (${file.length} bytes read)`,
      null,
    );
  if (flavour === "tiny" && file.length > 300_000)
    return openAiError(response, 413, "Maximum content size limit exceeded", null);
  const heard = await hear(file);
  if (flavour === "cpp") return whisperCpp(response, fields, heard);
  const { without_timestamps: fine, ...known } = fields;
  if (flavour === "speaches" && fine?.[0] !== "false")
    return json(response, 422, { detail: "a test wants without_timestamps=false" });
  openAi(
    response,
    flavour === "speaches" ? known : fields,
    fileName,
    heard,
    flavour !== "wordless",
  );
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) =>
    json(response, 500, { error: { message: String(error) } }),
  );
});
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
process.on("disconnect", () => process.exit(0));
