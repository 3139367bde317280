import { SAMPLE_RATE } from "../transcriber.ts";

const HEADER = 44;

/**
 * Encodes samples in -1..1 as signed 16-bit little-endian PCM. Audio that is shorter than `leastMs`
 * gets silence at its end, because some servers refuse very short audio or crash on it.
 */
export function toPcm16(samples: Float32Array, leastMs = 0): Buffer {
  const pcm = Buffer.alloc(Math.max(samples.length, Math.ceil((leastMs * SAMPLE_RATE) / 1000)) * 2);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.max(-1, Math.min(1, samples[i] ?? 0));
    pcm.writeInt16LE(Math.round(value * 32_767), i * 2);
  }
  return pcm;
}

/** A RIFF WAVE file of 16 kHz mono PCM16: http://soundfile.sapp.org/doc/WaveFormat/ */
export function toWav(samples: Float32Array, leastMs = 0): Buffer {
  const pcm = toPcm16(samples, leastMs);
  const header = Buffer.alloc(HEADER);
  header.write("RIFF", 0);
  header.writeUInt32LE(HEADER - 8 + pcm.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}
