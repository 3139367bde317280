import { createHash } from "node:crypto";
import { extname } from "node:path";
import type { AssetId } from "../backends/catalog.ts";
import { nameOf } from "../location.ts";

/** Names a file to clients: it says nothing of where the file is. 22 characters of base64url. */
export const fileIdOf = (asset: AssetId): string =>
  createHash("sha256").update(asset).digest("base64url").slice(0, 22);

export type MediaKind = "video" | "audio" | "captions" | "other";

/** Content types by ending. What is not here is sent as bytes that no browser runs. */
const TYPES: Readonly<Record<string, readonly [MediaKind, string]>> = {
  ".mp4": ["video", "video/mp4"],
  ".m4v": ["video", "video/mp4"],
  ".mov": ["video", "video/quicktime"],
  ".webm": ["video", "video/webm"],
  ".ogv": ["video", "video/ogg"],
  ".mkv": ["video", "video/x-matroska"],
  ".avi": ["video", "video/x-msvideo"],
  ".mxf": ["video", "application/mxf"],
  ".ts": ["video", "video/mp2t"],
  ".m2ts": ["video", "video/mp2t"],
  ".mpg": ["video", "video/mpeg"],
  ".mpeg": ["video", "video/mpeg"],
  ".wmv": ["video", "video/x-ms-wmv"],
  ".flv": ["video", "video/x-flv"],
  ".3gp": ["video", "video/3gpp"],
  ".3g2": ["video", "video/3gpp2"],
  ".mts": ["video", "video/mp2t"],
  ".vob": ["video", "video/mpeg"],
  ".asf": ["video", "video/x-ms-asf"],
  ".m3u8": ["video", "application/vnd.apple.mpegurl"],
  ".mpd": ["video", "application/dash+xml"],
  ".mp3": ["audio", "audio/mpeg"],
  ".m4a": ["audio", "audio/mp4"],
  ".m4b": ["audio", "audio/mp4"],
  ".mka": ["audio", "audio/x-matroska"],
  ".aac": ["audio", "audio/aac"],
  ".ogg": ["audio", "audio/ogg"],
  ".oga": ["audio", "audio/ogg"],
  ".opus": ["audio", "audio/ogg"],
  ".flac": ["audio", "audio/flac"],
  ".wav": ["audio", "audio/wav"],
  ".wma": ["audio", "audio/x-ms-wma"],
  ".aiff": ["audio", "audio/aiff"],
  ".aif": ["audio", "audio/aiff"],
  ".amr": ["audio", "audio/amr"],
  ".caf": ["audio", "audio/x-caf"],
  ".vtt": ["captions", "text/vtt; charset=utf-8"],
  ".jpg": ["other", "image/jpeg"],
  ".srt": ["captions", "text/plain; charset=utf-8"],
};

export const mediaKind = (asset: AssetId): MediaKind =>
  TYPES[extname(nameOf(asset)).toLowerCase()]?.[0] ?? "other";

export const contentType = (name: string): string =>
  TYPES[extname(name).toLowerCase()]?.[1] ?? "application/octet-stream";
