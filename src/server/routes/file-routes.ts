import { MediasearchError } from "../../errors.ts";
import { parseTimeRange } from "../../app/time-range.ts";
import { SORT_KEYS } from "../../app/assets.ts";
import { isRemote } from "../../location.ts";
import { openUrl } from "../../app/search/links.ts";
import { reduceWaveform } from "../../media/waveform/make.ts";
import { sightOf } from "../authenticate.ts";
import { matchesTag } from "../byte-range.ts";
import { withFileHere } from "../local-media.ts";
import { encodeName, MEDIA_TYPES, sendMedia } from "../media.ts";
import type { FilesArgs, TextFormat, TranscriptArgs } from "../reads/files.ts";
import { type Call, INTEGER, type Reply, type Route, STRING } from "../route.ts";
import type { Services } from "../route.ts";
import { FILTERS } from "./search-routes.ts";

const TEXT_TYPES: Readonly<Record<TextFormat, string>> = {
  vtt: "text/vtt; charset=utf-8",
  srt: "application/x-subrip; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  md: "text/markdown; charset=utf-8",
};

const TIME = { schema: STRING(20), description: "a time: 1:23:45, 12:30 or seconds" };

export const FILE_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/files",
    id: "listFiles",
    tag: "files",
    summary: "List the files of the library",
    scope: "read",
    query: {
      ...FILTERS,
      state: { schema: { enum: ["registered", "indexed", "partial", "failed"] } },
      sort: { schema: { enum: SORT_KEYS } },
      reverse: { schema: { type: "boolean" } },
      limit: { schema: INTEGER(1, 1000) },
      offset: { schema: INTEGER(0, 10_000_000) },
    },
    answers: { 200: { description: "one page of files", schema: "FileList" } },
    handle: async ({ identity, query }, { reads }) => ({
      json: await reads.run("files", sightOf(identity), query as FilesArgs),
    }),
  },
  {
    method: "get",
    path: "/v1/files/{id}",
    id: "readFile",
    tag: "files",
    summary: "Tell what is known of a file",
    scope: "read",
    answers: { 200: { description: "the file", schema: "File" } },
    handle: async ({ identity, params }, { reads }) => ({
      json: await reads.run("file", sightOf(identity), { fileId: params["id"] ?? "" }),
    }),
  },
  {
    method: "get",
    path: "/v1/files/{id}/transcript",
    id: "readTranscript",
    tag: "files",
    summary: "Read what is said in a file, or in a part of it",
    scope: "read",
    query: {
      format: { schema: { enum: ["json", "vtt", "srt", "txt", "md"] } },
      from: TIME,
      to: TIME,
      offset: { schema: INTEGER(0, 10_000_000) },
      limit: { schema: INTEGER(1, 100_000) },
      words: {
        schema: { type: "boolean" },
        description: "adds when each word is said, where that is known; JSON only",
      },
    },
    answers: {
      200: {
        description: "the transcript",
        schema: "Transcript",
        types: Object.values(TEXT_TYPES),
      },
      304: { description: "it is as the client has it" },
    },
    audit: "read",
    handle: readTranscript,
  },
  {
    method: "get",
    path: "/v1/files/{id}/captions.vtt",
    id: "readCaptions",
    tag: "files",
    summary: "Read a transcript as captions for players",
    scope: "read",
    answers: {
      200: { description: "WebVTT", types: [TEXT_TYPES.vtt] },
      304: { description: "it is as the client has it" },
    },
    handle: (call, services) => sendText(call, services, "vtt"),
  },
  {
    method: "get",
    path: "/v1/files/{id}/media",
    id: "readMedia",
    tag: "files",
    summary: "Play a recording; ranges of bytes are answered",
    scope: "media",
    answers: {
      200: { description: "the recording", types: MEDIA_TYPES },
      206: { description: "a part of it", types: MEDIA_TYPES },
      304: { description: "it is as the client has it" },
      307: { description: "a link into the object store" },
      416: { description: "the range is beyond its end" },
    },
    audit: "play",
    async handle({ identity, params, request }, { reads, context }) {
      const fileId = params["id"] ?? "";
      const { location } = await reads.run("locate", sightOf(identity), { fileId });
      if (isRemote(location) && context.config.settings.serveObjectMedia === "redirect")
        return new Response(null, {
          status: 307,
          headers: {
            Location: await openUrl(location, context),
            "Cache-Control": "no-store",
          },
        });
      return sendMedia(location, request, context).catch((error: unknown) => {
        if (!(error instanceof MediasearchError) || error.code !== "NOT_FOUND") throw error;
        throw new MediasearchError("NOT_FOUND", `${fileId}: the recording is not there any more`, {
          subject: fileId,
          hint: "mount its volume, or bring it back; the transcript is still there",
        });
      });
    },
  },
  {
    method: "get",
    path: "/v1/files/{id}/waveform",
    id: "readWaveform",
    tag: "files",
    summary: "Tell how loud a recording is over time",
    scope: "media",
    query: { points: { schema: INTEGER(1, 20_000), description: "2,000 unless given" } },
    answers: {
      200: { description: "least and greatest values", schema: "Waveform" },
      304: { description: "it is as the client has it" },
    },
    async handle({ identity, params, query, request }, services) {
      const fileId = params["id"] ?? "";
      const { waveform, key } = await withFileHere({ fileId, identity }, services, ({ path }) =>
        services.waveforms.of(path),
      );
      const points = Number(query["points"] ?? DEFAULT_POINTS);
      const etag = `"${key}-${points}"`;
      if (matchesTag(request.headers.get("if-none-match"), etag)) return notModified(etag);
      const { durationMs, peaks } = reduceWaveform(waveform, points);
      return {
        json: { durationMs, points: peaks.length / 2, peaks: [...peaks] },
        headers: { ETag: etag },
      };
    },
  },
];

const DEFAULT_POINTS = 2000;

function partOf({ params, query }: Call): TranscriptArgs {
  const seconds = (name: string): number | undefined => {
    const value = query[name];
    return typeof value === "string" ? parseTimeRange(name, value).startMs / 1000 : undefined;
  };
  return {
    fileId: params["id"] ?? "",
    from: seconds("from"),
    to: seconds("to"),
    offset: query["offset"] as number | undefined,
    limit: query["limit"] as number | undefined,
    words: query["words"] as boolean | undefined,
  };
}

async function readTranscript(call: Call, services: Services): Promise<Reply> {
  const format = (call.query["format"] ?? "json") as TextFormat | "json";
  if (format !== "json") return sendText(call, services, format);
  const { identity, request } = call;
  const transcript = await services.reads.run("transcript", sightOf(identity), partOf(call));
  const etag = `"${transcript.revision}${call.query["words"] === true ? "-words" : ""}"`;
  if (matchesTag(request.headers.get("if-none-match"), etag)) return notModified(etag);
  return { json: transcript, headers: { ETag: etag } };
}

const notModified = (etag: string): Response =>
  new Response(null, {
    status: 304,
    headers: { ETag: etag, "Cache-Control": "private, no-cache" },
  });

async function sendText(call: Call, { reads }: Services, format: TextFormat): Promise<Response> {
  const { identity, request } = call;
  const { text, revision, file } = await reads.run("transcriptText", sightOf(identity), {
    ...partOf(call),
    format,
  });
  const etag = `"${revision}-${format}"`;
  if (matchesTag(request.headers.get("if-none-match"), etag)) return notModified(etag);
  return new Response(text, {
    headers: {
      "Content-Type": TEXT_TYPES[format],
      "Content-Disposition": `inline; filename*=UTF-8''${encodeName(`${file}.${format}`)}`,
      "Cache-Control": "private, no-cache",
      ETag: etag,
    },
  });
}
