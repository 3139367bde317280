/**
 * A recogniser of somebody's own, as a server that keeps the HTTP contract, and the ears of
 * byo-command.ts (`/hear/FORMAT`). `/later` answers 202 first. Faults as in whisper-server.ts.
 * Prints its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { formatTime } from "../../src/media/captions/raw-cue.ts";
import { openEars, type Recognised } from "./ears.ts";
import { commit, type Fault, json, readBody } from "./http-faults.ts";

const hear = await openEars();
let faults: Fault[] = [];
let log: unknown[] = [];
const later = new Map<string, { wav: Buffer; asked: number }>();

function write({ cues }: Recognised, format: string): string {
  if (format === "json")
    return JSON.stringify({
      language: "en",
      segments: cues.map(({ startMs, endMs, text, words, confidence }, i) => ({
        startMs,
        endMs,
        text,
        confidence,
        speaker: `SPEAKER_0${i % 2}`,
        words,
      })),
    });
  const lines = cues.map(({ startMs, endMs, text }, i) => {
    const mark = format === "srt" ? "," : ".";
    const spoken = format === "srt" ? text : `<v Ada>${text}</v>`;
    return `${format === "srt" ? `${i + 1}\r\n` : ""}${formatTime(startMs, mark)} --> ${formatTime(endMs, mark)}\r\n${spoken}\r\n`;
  });
  if (format === "srt") return lines.join("\r\n");
  if (format === "vtt") return `WEBVTT\n\n${lines.join("\n")}`;
  return cues.map(({ text }) => text).join("\n");
}

/** A job is not done yet when it is asked for the first time. */
async function answerJob(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const job = later.get(path);
  log.push({ path, authorization: request.headers.authorization ?? null });
  if (await commit(faults.shift(), response)) return;
  if (!job) return json(response, 404, { error: { code: "no_job", message: "no such job" } });
  if (job.asked++ === 0) return json(response, 202, {}, { "retry-after": "0" });
  response.end(write(await hear(job.wav), "json"));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://server");
  const body = await readBody(request);
  if (pathname === "/faults") {
    faults = JSON.parse(body.toString()) as Fault[];
    log = [];
    return json(response, 200, {});
  }
  if (pathname === "/log") return json(response, 200, log);
  if (pathname.startsWith("/hear/"))
    return void response.end(write(await hear(body), pathname.slice(6)));
  if (pathname === "/asr/health") return json(response, 200, {});
  if (pathname.startsWith("/jobs/")) return answerJob(pathname, request, response);
  if (pathname !== "/asr" && pathname !== "/later")
    return json(response, 404, { error: { code: "not_found", message: "no such path" } });
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": request.headers["content-type"] ?? "" },
  }).formData();
  const file = form.get("file");
  const asked = form.get("request");
  log.push({
    path: pathname,
    mark: request.headers["idempotency-key"] ?? null,
    authorization: request.headers.authorization ?? null,
    asked: typeof asked === "string" ? JSON.parse(asked) : await asked?.text(),
  });
  if (await commit(faults.shift(), response)) return;
  if (file === null || typeof file === "string")
    return json(response, 400, { error: { code: "no_file", message: "a file is missing" } });
  const wav = Buffer.from(await file.arrayBuffer());
  if (pathname === "/asr") return void response.end(write(await hear(wav), "json"));
  const place = `/jobs/${later.size}`;
  later.set(place, { wav, asked: 0 });
  json(response, 202, {}, { location: place, "retry-after": "0" });
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) =>
    json(response, 500, { error: { code: "bug", message: String(error) } }),
  );
});
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
process.on("disconnect", () => process.exit(0));
