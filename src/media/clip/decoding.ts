import type { CodecContext, Frame, Packet, Stream } from "node-av/lib";
import type { AvModule } from "../ffmpeg.ts";

export interface Decoding {
  /** A packet of the stream; null at its end. */
  feed(packet: Packet | null): void;
  isFull(): boolean;
  free(): void;
}

/** Decodes one stream until its taker has enough. */
export async function openDecoding(
  av: AvModule,
  stream: Stream,
  onFrame: (frame: Frame) => void,
  isFull: () => boolean,
): Promise<Decoding> {
  const codec = av.Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw new Error("a codec that FFmpeg does not know");
  const decoder: CodecContext = new av.CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  decoder.pktTimebase = stream.timeBase;
  decoder.threadCount = 0;
  if ((await decoder.open2(codec, null)) < 0)
    throw new Error(`${codec.name ?? "a stream"} can't be decoded`);
  const frame = new av.Frame();
  frame.alloc();
  return {
    isFull,
    feed(packet) {
      if (isFull()) return;
      decoder.sendPacketSync(packet);
      while (decoder.receiveFrameSync(frame) >= 0) {
        onFrame(frame);
        frame.unref();
      }
    },
    free() {
      frame.free();
      decoder.freeContext();
    },
  };
}
