import type { SpeakerVoice, SpokenSpan } from "../speaker-turns.ts";
import { similarity } from "./agglomerate.ts";
import { VOICE_SIZE, type VoiceWindow } from "./voices.ts";

/** A window is a speaker's when this share of it lies in his or her spans. */
const MIN_SHARE = 0.75;

/** The mean voice of each speaker over the windows in his or her spans; only those with any. */
export function voicesOf(
  windows: readonly VoiceWindow[],
  spans: readonly SpokenSpan[],
): readonly SpeakerVoice[] {
  const sums = new Map<string, { readonly sum: Float32Array; seconds: number; chunk: number }>();
  for (const window of windows) {
    const speaker = speakerOf(window, spans);
    if (speaker === undefined) continue;
    const known = sums.get(speaker) ?? { sum: new Float32Array(VOICE_SIZE), seconds: 0, chunk: -1 };
    sums.set(speaker, known);
    for (let i = 0; i < VOICE_SIZE; i++)
      known.sum[i] = (known.sum[i] as number) + (window.voice[i] as number);
    // Windows of one chunk overlap by half.
    const isFirst = known.chunk !== window.chunk;
    known.seconds += (window.endMs - window.startMs) / (isFirst ? 1000 : 2000);
    known.chunk = window.chunk;
  }
  return [...sums].map(([speaker, { sum, seconds }]) => {
    const length = Math.sqrt(similarity(sum, sum)) || 1;
    return { speaker, seconds, voice: sum.map((value) => value / length) };
  });
}

function speakerOf(
  { startMs, endMs }: VoiceWindow,
  spans: readonly SpokenSpan[],
): string | undefined {
  const shares = new Map<string, number>();
  for (const span of spans) {
    const overlap = Math.min(endMs, span.endMs) - Math.max(startMs, span.startMs);
    if (overlap > 0) shares.set(span.speaker, (shares.get(span.speaker) ?? 0) + overlap);
  }
  for (const [speaker, overlap] of shares)
    if (overlap >= MIN_SHARE * (endMs - startMs)) return speaker;
  return undefined;
}
