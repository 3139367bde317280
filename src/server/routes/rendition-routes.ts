import { parseTimeRange } from "../../app/time-range.ts";
import { MOST_BYTES_FOR_STILL, withFileHere } from "../local-media.ts";
import { sendMedia } from "../media.ts";
import { usageError } from "../problem.ts";
import { PIECE_MS, refuseBeyond } from "../renditions.ts";
import { type Route, STRING } from "../route.ts";

/** Stills are made for every second second, so that neighbours share them. */
const STILL_STEP_MS = 2000;

export const RENDITION_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/files/{id}/stream/{piece}",
    id: "readPiece",
    tag: "files",
    summary: "Play ten seconds of any recording as MP4 in fragments, from piece times ten on",
    scope: "media",
    answers: {
      200: { description: "the piece; its times begin at 0", types: ["video/mp4"] },
      206: { description: "a part of it", types: ["video/mp4"] },
      304: { description: "it is as the client has it" },
      416: { description: "the range is beyond its end" },
    },
    audit: "play",
    async handle(call, services) {
      const { renditions, context } = services;
      const fileId = call.params["id"] ?? "";
      const piece = call.params["piece"] ?? "";
      if (!/^\d{1,6}$/.test(piece)) throw usageError("piece", "must be a number from 0");
      const { identity } = call;
      const made = await withFileHere({ fileId, identity }, services, ({ path, durationMs }) => {
        refuseBeyond(fileId, Number(piece) * PIECE_MS, durationMs);
        return renditions.piece(path, Number(piece), call.signal);
      });
      return sendMedia(made, call.request, context);
    },
  },
  {
    method: "get",
    path: "/v1/files/{id}/thumbnail",
    id: "readThumbnail",
    tag: "files",
    summary: "Show the picture of a recording at a time",
    scope: "media",
    query: { t: { schema: STRING(20), description: "a time: 1:23:45, 12:30 or seconds" } },
    answers: {
      200: { description: "the picture", types: ["image/jpeg"] },
      206: { description: "a part of it", types: ["image/jpeg"] },
      304: { description: "it is as the client has it" },
      416: { description: "the range is beyond its end" },
    },
    async handle(call, services) {
      const { renditions, context } = services;
      const fileId = call.params["id"] ?? "";
      const { t } = call.query;
      const wantedMs = typeof t === "string" ? parseTimeRange("t", t).startMs : 0;
      const atMs = Math.floor(wantedMs / STILL_STEP_MS) * STILL_STEP_MS;
      const wanted = { fileId, identity: call.identity, mostBytes: MOST_BYTES_FOR_STILL };
      const made = await withFileHere(wanted, services, ({ path, durationMs }) => {
        refuseBeyond(fileId, wantedMs, durationMs);
        return renditions.still(path, atMs, call.signal);
      });
      const response = await sendMedia(made, call.request, context);
      // A page of results shows many of them, and they change with the file only.
      response.headers.set("Cache-Control", "private, max-age=3600");
      return response;
    },
  },
];
