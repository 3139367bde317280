import type * as nodeAv from "node-av/lib";
import { basename } from "node:path";
import type { Dictionary, FormatContext, IOContext, Packet, Stream } from "node-av/lib";
import { MediasearchError } from "../errors.ts";
import { type ByteSource, inputName, type MediaInput } from "./byte-source.ts";
import { HEAD_BYTES, looksLikeMedia, readHead } from "./sniff.ts";
import { isTelephoneName, withHeader } from "./telephone.ts";

/** The module itself, as a type only: it is heavy. */
export type AvModule = typeof nodeAv;

let library: Promise<AvModule> | undefined;

/**
 * FFmpeg through node-av's synchronous calls: six times as fast as a promise a frame. Its own log
 * stays silent.
 */
export function ffmpeg(): Promise<AvModule> {
  library ??= import("node-av/lib").then((av) => {
    const quiet = -8; // AV_LOG_QUIET
    av.Log.setLevel(quiet as Parameters<typeof av.Log.setLevel>[0]);
    return av;
  });
  return library;
}

/** AVDISCARD_ALL of avcodec's defs.h: packets of such a stream are passed over. */
export const DISCARD_ALL = 48;

export const unreadableError = (path: string, reason: string, cause?: unknown): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `${path}: ${reason}`, { subject: path, cause });

export interface OpenedInput {
  readonly av: AvModule;
  readonly input: FormatContext;
  readonly streams: readonly Stream[];
  /**
   * The next packet's result code; rejects with what reading the bytes failed of. A promise only
   * where bytes come from elsewhere.
   */
  readPacket(packet: Packet): number | Promise<number>;
  /**
   * Goes to the last key frame before a time of the container, milliseconds, as far as the
   * container knows where that is; else it stays where it is.
   */
  seek(ms: number): void | Promise<void>;
  close(): void | Promise<void>;
}

const SEEK_BACKWARD = 1; // AVSEEK_FLAG_BACKWARD
const NO_STREAM = -1;
const toMicroseconds = (ms: number): bigint => BigInt(Math.round(ms * 1000));

/** Opens a file or bytes and finds the streams. The caller closes it. */
export async function openInput(source: MediaInput): Promise<OpenedInput> {
  const raw = isTelephoneName(inputName(source)) ? await telephoneSound(source) : undefined;
  if (raw) return openBytes(raw);
  return typeof source === "string" ? openFile(source) : openBytes(source);
}

async function telephoneSound(source: MediaInput): Promise<ByteSource | undefined> {
  const head =
    typeof source === "string"
      ? await readHead(source, HEAD_BYTES)
      : Buffer.from(await source.read(0, Math.min(HEAD_BYTES, source.sizeBytes)));
  return looksLikeMedia(head) ? undefined : withHeader(source, inputName(source), head);
}

const NOT_MEDIA = "not a media file, or damaged at its start";
const NO_STREAMS = "damaged: no stream can be read";

/**
 * FFmpeg's names of the containers and streams that hold what was recorded themselves. Playlists
 * and manifests (DASH, HLS, ffconcat, SDP, image sequences) lead to other files and hosts, and a
 * file may be one of them whatever its name says. Synthesisers and games' formats hold no speech.
 */
const DEMUXERS = [
  "aac,ac3,ac4,aiff,amr,amrnb,amrwb,ape,asf,asf_o,au,avi,caf,dsf,dts,dtshd,dv,eac3,flac,flv,gxf",
  "g722,g729,gsm,h264,hevc,iff,ivf,live_flv,loas,m4v,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,mpegvideo,mxf",
  "mxf_opatom,nistsphere,nut,ogg,oma,qcp,rm,shn,sox,tak,truehd,tta,voc,vqf,w64,wav,wtv,wv,xwma",
].join(",");

/**
 * FFmpeg opens nothing itself: it gets one file's bytes, and what these say may lead nowhere,
 * neither to other files of this machine nor into the network.
 */
const cageOptions = (av: AvModule): Dictionary =>
  av.Dictionary.fromObject({ format_whitelist: DEMUXERS, protocol_whitelist: "none" });

const AVERROR_EINVAL = -22;
const READ_ONLY = 1; // AVIO_FLAG_READ

/**
 * Why a file could not be opened, from FFmpeg's error and the first bytes. FFmpeg says EINVAL of a
 * container that is not on the list.
 */
function openFailure(av: AvModule, code: number, head: Uint8Array, name: string): string {
  if (code !== AVERROR_EINVAL) return NOT_MEDIA;
  const format = av.InputFormat.probe(Buffer.from(head), basename(name));
  return format === null ? NOT_MEDIA : `${NOT_MEDIA}: it holds "${format.longName ?? format.name}"`;
}

async function openFile(path: string): Promise<OpenedInput> {
  const av = await ffmpeg();
  const input = new av.FormatContext();
  const bytes = new av.IOContext();
  // The prefix keeps names like "12:30.mp3" or "concat:x" from being read as protocols.
  if (bytes.open2Sync(`file:${path}`, READ_ONLY as Parameters<typeof bytes.open2Sync>[1]) < 0)
    throw unreadableError(path, NOT_MEDIA);
  const close = (): void => {
    input.pb = null;
    input.closeInputSync();
    bytes.closepSync();
  };
  const options = cageOptions(av);
  try {
    input.allocContext();
    input.pb = bytes;
    input.setFlags(CUSTOM_IO as Parameters<typeof input.setFlags>[0]);
    const code = input.openInputSync(basename(path), null, options);
    if (code < 0) {
      const head = await readHead(path, HEAD_BYTES);
      throw unreadableError(path, openFailure(av, code, head, path));
    }
    if (input.findStreamInfoSync(null) < 0) throw unreadableError(path, NO_STREAMS);
  } catch (error) {
    close();
    throw error;
  } finally {
    options.free();
  }
  return {
    av,
    input,
    streams: input.streams ?? [],
    readPacket: (packet) => input.readFrameSync(packet),
    seek: (ms) => void input.seekFrameSync(NO_STREAM, toMicroseconds(ms), SEEK_BACKWARD as never),
    close,
  };
}

const CUSTOM_IO = 0x0080; // AVFMT_FLAG_CUSTOM_IO
const IO_BYTES = 65_536;

/**
 * FFmpeg asks for bytes on a thread of its own and waits; that needs the event loop here, so its
 * calls are the asynchronous ones.
 */
async function openBytes(source: ByteSource): Promise<OpenedInput> {
  const av = await ffmpeg();
  const input = new av.FormatContext();
  const bytes = openByteSource(source, new av.IOContext());
  const options = cageOptions(av);
  const close = async (): Promise<void> => {
    input.pb = null;
    await input.closeInput();
    bytes.io.freeContext();
  };
  const checked = async (result: Promise<number>): Promise<number> => {
    const code = await result;
    bytes.throwIfFailed();
    return code;
  };
  try {
    input.allocContext();
    input.pb = bytes.io;
    input.setFlags(CUSTOM_IO as Parameters<typeof input.setFlags>[0]);
    const name = source.name.slice(source.name.lastIndexOf("/") + 1);
    const code = await checked(input.openInput(name, null, options));
    if (code < 0) {
      const head = await source.read(0, Math.min(HEAD_BYTES, source.sizeBytes));
      throw unreadableError(source.name, openFailure(av, code, head, name));
    }
    if ((await checked(input.findStreamInfo(null))) < 0)
      throw unreadableError(source.name, NO_STREAMS);
  } catch (error) {
    await close();
    throw error;
  } finally {
    options.free();
  }
  return {
    av,
    input,
    streams: input.streams ?? [],
    close,
    async seek(ms) {
      await input.seekFrame(NO_STREAM, toMicroseconds(ms), SEEK_BACKWARD as never);
      bytes.throwIfFailed();
    },
    async readPacket(packet) {
      const code = await input.readFrame(packet);
      bytes.throwIfFailed();
      return code;
    },
  };
}

// SEEK_SET, SEEK_CUR, SEEK_END of stdio.h and FFmpeg's own question for the size.
const FROM_START = 0;
const FROM_HERE = 1;
const FROM_END = 2;
const SIZE = 0x10000;
const AVERROR_EIO = -5;

/** A failure of the source is kept, since FFmpeg hands on a number only. */
function openByteSource(
  { sizeBytes, read }: ByteSource,
  io: IOContext,
): { readonly io: IOContext; throwIfFailed(): void } {
  let position = 0;
  let failure: { readonly error: unknown } | undefined;
  io.allocContextWithCallbacks(
    IO_BYTES,
    0,
    async (length) => {
      if (position >= sizeBytes) return null;
      try {
        const part = await read(position, Math.min(length, sizeBytes - position));
        position += part.length;
        return Buffer.from(part.buffer, part.byteOffset, part.length);
      } catch (error) {
        failure ??= { error };
        return AVERROR_EIO;
      }
    },
    null,
    (offset, whence: number) => {
      if (whence === SIZE) return BigInt(sizeBytes);
      const start = new Map([
        [FROM_START, 0],
        [FROM_HERE, position],
        [FROM_END, sizeBytes],
      ]).get(whence);
      if (start === undefined) return -1n;
      position = start + Number(offset);
      return BigInt(position);
    },
  );
  return {
    io,
    throwIfFailed: () => {
      if (failure) throw failure.error;
    },
  };
}

const AV_NOPTS = -(2n ** 63n);

/** Time stamps in a stream's own units to milliseconds; null where the file gives none. */
export function toMs(
  value: bigint,
  { num, den }: { readonly num: number; readonly den: number },
): number | null {
  if (value === AV_NOPTS || den === 0) return null;
  return (Number(value) * 1000 * num) / den;
}
