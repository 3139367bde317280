import { useEffect, useRef } from "preact/hooks";
import { address, type Hit, type MediaFile } from "./api.ts";
import type { Clock } from "./clock.ts";
import { formatClock } from "./format.ts";
import { usePicked } from "./store.ts";
import { useCall } from "./use-call.ts";

const POINTS = 600;
const HEIGHT = 64;

interface WaveformProps {
  readonly file: MediaFile;
  readonly clock: Clock;
  readonly marks: readonly Pick<Hit, "startMs">[];
  readonly onSeek: (ms: number) => void;
}

const toSeconds = (ms: number): number => Math.round(ms / 1000);

/** Loudness over time, with a mark for each hit. A slider for whoever does not see it. */
export function Waveform({ file, clock, marks, onSeek }: WaveformProps) {
  const { value } = useCall<{ durationMs: number; peaks: readonly number[] }>(
    file.kind === "captions" ? undefined : address(file.links.waveform, { points: POINTS }),
  );
  const seconds = usePicked(clock, toSeconds);
  const canvas = useRef<HTMLCanvasElement>(null);
  const durationMs = value?.durationMs ?? file.durationMs ?? 0;
  useEffect(() => {
    if (value && canvas.current) draw(canvas.current, value.peaks, marks, durationMs);
  }, [value, marks]);
  if (durationMs === 0) return null;
  return (
    <div class="waveform">
      <canvas ref={canvas} width={POINTS} height={HEIGHT} aria-hidden="true" />
      <input
        type="range"
        min={0}
        max={Math.round(durationMs / 1000)}
        value={seconds}
        aria-label="Time"
        aria-valuetext={`${formatClock(seconds * 1000)} of ${formatClock(durationMs)}`}
        onChange={({ currentTarget }) => onSeek(Number(currentTarget.value) * 1000)}
      />
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  peaks: readonly number[],
  marks: readonly Pick<Hit, "startMs">[],
  durationMs: number,
): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const largest = Math.max(1, ...peaks.map((peak) => Math.abs(peak)));
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.color;
  const step = canvas.width / Math.max(1, peaks.length);
  for (const [index, peak] of peaks.entries()) {
    const height = Math.max(1, (Math.abs(peak) / largest) * HEIGHT);
    pen.fillRect(index * step, (HEIGHT - height) / 2, Math.max(1, step - 0.5), height);
  }
  pen.fillStyle = style.getPropertyValue("--mark-line");
  for (const { startMs } of marks)
    pen.fillRect((startMs / durationMs) * canvas.width - 1, 0, 3, HEIGHT);
}
