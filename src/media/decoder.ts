import type { CodecContext, Stream } from "node-av/lib";
import { type AvModule, unreadableError } from "./ffmpeg.ts";

/** @throws UNREADABLE_MEDIA for a codec that FFmpeg can't decode. */
export async function openDecoder(
  av: AvModule,
  stream: Stream,
  path: string,
): Promise<CodecContext> {
  const codec = av.Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw unreadableError(path, "its audio codec is not known to FFmpeg");
  const decoder = new av.CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  decoder.pktTimebase = stream.timeBase;
  decoder.threadCount = 1;
  if ((await decoder.open2(codec, null)) < 0) {
    decoder.freeContext();
    throw unreadableError(path, `its audio (${codec.name}) can't be decoded`);
  }
  return decoder;
}
