import type { Stream } from "node-av/lib";
import type { AvModule } from "./ffmpeg.ts";

/** Teletext, which FFmpeg calls by the library that decodes it. */
export const TELETEXT = "dvb_teletext";

/** What a stream is coded in: FFmpeg's name of the decoder. */
export function codecName(av: AvModule, { codecpar }: Stream): string {
  const name = av.Codec.findDecoder(codecpar.codecId)?.name ?? "unknown";
  return name === "libzvbi_teletextdec" ? TELETEXT : name;
}
