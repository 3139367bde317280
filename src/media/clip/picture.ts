import type { FilterContext, FilterGraph, Frame, Stream } from "node-av/lib";
import { MediasearchError } from "../../errors.ts";
import type { AvModule } from "../ffmpeg.ts";
import type { Rational } from "../source.ts";

export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
}

export interface PictureFilter {
  fits(frame: Frame): boolean;
  /** A new frame that the caller frees. */
  apply(frame: Frame): Frame;
  free(): void;
}

const YUV420P = 0; // AV_PIX_FMT_YUV420P

/**
 * Makes a filter that turns a picture as it should be seen, fits it into the format with bars where
 * its shape differs, and draws the title.
 */
export function pictureFilter(
  av: AvModule,
  first: Frame,
  format: PictureFormat,
  { quarterTurns, title }: { readonly quarterTurns: number; readonly title: string | null },
): PictureFilter {
  const { width, height, sampleAspectRatio: sar } = first;
  const pixels = first.format;
  const aspect = sar.num > 0 && sar.den > 0 ? `${sar.num}/${sar.den}` : "1/1";
  const graph = new av.FilterGraph();
  graph.alloc();
  const args = `video_size=${width}x${height}:pix_fmt=${pixels}:time_base=1/1000:pixel_aspect=${aspect}:colorspace=${first.colorSpace}:range=${first.colorRange}`;
  const source = made(graph.createFilter(findAvFilter(av, "buffer"), "in", args));
  const sink = made(graph.createFilter(findAvFilter(av, "buffersink"), "out", null));
  connectFilters(av, graph, source, sink, chain(format, quarterTurns, title));
  return {
    fits: (frame) => frame.width === width && frame.height === height && frame.format === pixels,
    apply(frame) {
      const keepReference = 8; // AV_BUFFERSRC_FLAG_KEEP_REF
      const output = new av.Frame();
      output.alloc();
      if (
        source.buffersrcAddFrameSync(frame, keepReference as never) < 0 ||
        sink.buffersinkGetFrameSync(output) < 0
      )
        throw new Error("a picture could not be fitted into the output");
      return output;
    },
    free: () => graph.free(),
  };
}

function chain(
  { width, height }: PictureFormat,
  quarterTurns: number,
  title: string | null,
): string {
  const turns =
    [[], ["transpose=clock"], ["hflip", "vflip"], ["transpose=cclock"]][quarterTurns] ?? [];
  return [
    ...turns,
    "scale=trunc(iw*sar/2)*2:ih",
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`,
    `pad=${width}:${height}:-1:-1:black`,
    "setsar=1",
    "format=yuv420p",
    ...(title === null ? [] : [drawTitle(title, height)]),
  ].join(",");
}

function drawTitle(title: string, height: number): string {
  const size = Math.max(8, Math.round(height / 20));
  return `drawtext=expansion=none:text=${escapeFilterArgument(title)}:fontsize=${size}:fontcolor=white:x=${size}:y=h-th-${size}:box=1:boxcolor=black@0.55:boxborderw=${Math.round(size / 3)}`;
}

/**
 * Escapes twice: as an option's value, then as part of a graph
 * (https://ffmpeg.org/ffmpeg-filters.html#Notes-on-filtergraph-escaping).
 */
const escapeFilterArgument = (text: string): string =>
  text.replace(/[\\':]/g, "\\$&").replace(/[\\'[\],;]/g, "\\$&");

function findAvFilter(av: AvModule, name: string) {
  const found = av.Filter.getByName(name);
  if (!found) throw new Error(`FFmpeg's filter ${name} is missing`);
  return found;
}

function made(context: FilterContext | null): FilterContext {
  if (!context) throw new Error("FFmpeg could not make a filter");
  return context;
}

function connectFilters(
  av: AvModule,
  graph: FilterGraph,
  source: FilterContext,
  sink: FilterContext,
  filters: string,
): void {
  const start = av.FilterInOut.createList([{ name: "in", filterCtx: source, padIdx: 0 }]);
  const end = av.FilterInOut.createList([{ name: "out", filterCtx: sink, padIdx: 0 }]);
  if (graph.parsePtr(filters, end, start) >= 0 && graph.configSync() >= 0) return;
  if (filters.includes("drawtext"))
    throw new MediasearchError(
      "MISSING_TOOL",
      "titles can't be drawn: FFmpeg finds no font on this machine",
      { hint: "install a font (such as DejaVu), or leave --titles out" },
    );
  throw new Error("its picture can't be fitted into the output");
}

/** A picture with nothing on it, for what is only heard. The caller frees it. */
export function blackPicture(av: AvModule, { width, height }: PictureFormat): Frame {
  const luma = width * height;
  const buffer = Buffer.alloc(luma + 2 * Math.ceil(width / 2) * Math.ceil(height / 2), 128).fill(
    16,
    0,
    luma,
  );
  return av.Frame.fromVideoBuffer(buffer, {
    width,
    height,
    format: YUV420P as never,
    pts: 0n,
    timeBase: { num: 1, den: 1000 },
  });
}

const DISPLAY_MATRIX = 5; // AV_PKT_DATA_DISPLAYMATRIX

/** Clockwise quarter turns that a player makes: telephones film sideways and note it. */
export function quarterTurnsOf({ codecpar }: Stream): number {
  const matrix = codecpar.getCodedSideData(DISPLAY_MATRIX as never);
  if (!matrix || matrix.length < 36) return 0;
  const angle = (Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI;
  return ((Math.round(angle / 90) % 4) + 4) % 4;
}
