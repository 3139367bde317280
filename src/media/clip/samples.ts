/** AV_SAMPLE_FMT_*: float and 16 bit, planar and interleaved, in the order of preference. */
export const SAMPLE_FORMATS = [8, 3, 1, 6] as const;

/** Interleaved float32 as an encoder wants it. */
export function packSamples(samples: Float32Array, channels: number, format: number): Buffer {
  const count = samples.length / channels;
  const isPlanar = format === 8 || format === 6;
  const sampleIndex = (i: number): number =>
    isPlanar ? (i % channels) * count + Math.floor(i / channels) : i;
  if (format === 8 || format === 3) {
    const out = new Float32Array(samples.length);
    for (let i = 0; i < samples.length; i++) out[sampleIndex(i)] = samples[i] ?? 0;
    return Buffer.from(out.buffer);
  }
  const out = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++)
    out[sampleIndex(i)] = Math.max(
      -32_768,
      Math.min(32_767, Math.round((samples[i] ?? 0) * 32_767)),
    );
  return Buffer.from(out.buffer);
}
