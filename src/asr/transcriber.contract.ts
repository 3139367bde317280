import assert from "node:assert/strict";
import type { Checkpoint, Transcriber, Transcript } from "./transcriber.ts";
import { SAMPLE_RATE } from "./transcriber.ts";

/** Audio to hold a recogniser to; 16 kHz mono. */
export interface TranscriberSamples {
  readonly speech: Float32Array;
  /** What is said in it, in order. */
  readonly text: string;
  /** When the first word begins and the last one ends, in milliseconds. */
  readonly spoken: readonly [startMs: number, endMs: number];
  /** What this recogniser is known not to give; nothing by default. */
  readonly lacks?: readonly ("words" | "confidence" | "language")[];
}

export interface TranscriberCase {
  readonly law: string;
  readonly run: (transcriber: Transcriber, samples: TranscriberSamples) => Promise<void>;
}

const MAX_ERRORS = 0.15;

async function* inChunks(audio: Float32Array, size: number): AsyncIterable<Float32Array> {
  for (let at = 0; at < audio.length; at += size) yield audio.slice(at, at + size);
}

const hear = (
  transcriber: Transcriber,
  audio: Float32Array,
  size = SAMPLE_RATE,
): Promise<Transcript> =>
  transcriber.transcribe(inChunks(audio, size), { signal: new AbortController().signal });
const textOf = ({ cues }: Transcript): string => cues.map(({ text }) => text).join(" ");
const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

/** Word errors: Levenshtein distance over words in lower case without punctuation. */
export function wordErrors(
  wanted: string,
  got: string,
): { readonly errors: number; readonly words: number } {
  const heard = words(got);
  let row = Array.from({ length: heard.length + 1 }, (_, i) => i);
  for (const [i, word] of words(wanted).entries()) {
    const next = [i + 1];
    heard.forEach((other, j) =>
      next.push(
        Math.min(
          (row[j] ?? 0) + (word === other ? 0 : 1),
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
        ),
      ),
    );
    row = next;
  }
  return { errors: row.at(-1) ?? 0, words: words(wanted).length };
}

const silence = (seconds: number): Float32Array => new Float32Array(seconds * SAMPLE_RATE);

export const TRANSCRIBER_CASES: readonly TranscriberCase[] = [
  {
    law: "hears the words of clear speech",
    async run(transcriber, { speech, text }) {
      const { errors, words: total } = wordErrors(text, textOf(await hear(transcriber, speech)));
      assert.ok(errors / total <= MAX_ERRORS);
    },
  },
  {
    law: "gives cues in order, apart, inside the audio, with words that make the text and confidence, where it gives them",
    async run(transcriber, { speech, lacks = [] }) {
      const { cues, timing } = await hear(transcriber, speech);
      assert.equal(timing === "word", !lacks.includes("words"));
      const isSure = (confidence: number | null): boolean =>
        lacks.includes("confidence")
          ? confidence === null
          : confidence !== null && confidence > 0 && confidence <= 1;
      let before = 0;
      for (const { startMs, endMs, text, words: timed, confidence } of cues) {
        assert.ok(
          startMs >= before && endMs >= startMs && endMs <= (speech.length * 1000) / SAMPLE_RATE,
        );
        before = endMs;
        assert.ok(Number.isInteger(startMs) && Number.isInteger(endMs));
        assert.equal(
          timed?.map((word) => word.text).join(" "),
          lacks.includes("words") ? undefined : text,
        );
        let at = startMs;
        for (const word of timed ?? []) {
          assert.ok(word.startMs >= at && word.endMs >= word.startMs && word.endMs <= endMs);
          assert.ok(word.confidence === null || isSure(word.confidence));
          at = word.startMs;
        }
        assert.ok(isSure(confidence));
      }
    },
  },
  {
    law: "times the first and the last word within half a second",
    async run(transcriber, { speech, spoken }) {
      const { cues } = await hear(transcriber, speech);
      assert.ok(Math.abs((cues[0]?.startMs ?? -9999) - spoken[0]) < 500);
      assert.ok(Math.abs((cues.at(-1)?.endMs ?? -9999) - spoken[1]) < 500);
    },
  },
  {
    law: "keeps the time after long silence",
    async run(transcriber, { speech, spoken }) {
      const audio = new Float32Array(speech.length + 40 * SAMPLE_RATE);
      audio.set(speech, 40 * SAMPLE_RATE);
      const { cues } = await hear(transcriber, audio);
      assert.ok(Math.abs((cues[0]?.startMs ?? -9999) - 40_000 - spoken[0]) < 500);
    },
  },
  {
    law: "hears nothing in silence, noise and tones, nor in no audio at all",
    async run(transcriber) {
      let seed = 7;
      const random = (): number => {
        seed = (seed * 16_807) % 2_147_483_647;
        return seed / 1_073_741_823.5 - 1;
      };
      const noise = silence(6).map(() => random() * 0.1);
      const tone = silence(6).map((_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / SAMPLE_RATE));
      for (const audio of [silence(0), silence(6), noise, tone])
        assert.equal(textOf(await hear(transcriber, audio)), "");
    },
  },
  {
    law: "gives the same for any chunking, and every time",
    async run(transcriber, { speech }) {
      const wanted = await hear(transcriber, speech);
      for (const size of [1000, 7777, speech.length])
        assert.deepEqual(await hear(transcriber, speech, size), wanted);
    },
  },
  {
    law: "says which language it heard",
    async run(transcriber, { speech, lacks = [] }) {
      const { language, warning } = await hear(transcriber, speech);
      assert.ok(
        lacks.includes("language")
          ? language === "und"
          : transcriber.languages.length === 0 || transcriber.languages.includes(language),
      );
      assert.equal(warning, null);
    },
  },
  {
    law: "stops soon when it is told to, with the reason",
    async run(transcriber, { speech }) {
      const stop = new AbortController();
      let taken = 0;
      async function* endless(): AsyncIterable<Float32Array> {
        for (;;) {
          taken += speech.length;
          if (taken > speech.length * 2) stop.abort(new Error("enough"));
          if (taken > speech.length * 20) return;
          yield speech;
        }
      }
      await assert.rejects(transcriber.transcribe(endless(), { signal: stop.signal }), /enough/);
      assert.ok(taken < speech.length * 5);
    },
  },
  {
    law: "goes on from its checkpoints as if it had never stopped, through JSON, and makes one at least every minute",
    async run(transcriber, { speech }) {
      const long = new Float32Array(speech.length * 8);
      for (let i = 0; i < 8; i++) long.set(speech, i * speech.length);
      const made: Checkpoint[] = [];
      const whole = await transcriber.transcribe(inChunks(long, 16_000), {
        signal: new AbortController().signal,
        onCheckpoint: (one) => made.push(one),
      });
      assert.ok(made.length > 0);
      made.forEach(({ positionMs }, i) =>
        assert.ok(positionMs - (made[i - 1]?.positionMs ?? 0) <= 60_000),
      );
      for (const count of [1, made.length]) {
        const resume = JSON.parse(JSON.stringify(made.slice(0, count))) as Checkpoint[];
        assert.deepEqual(
          await transcriber.transcribe(inChunks(long, 9_999), {
            signal: new AbortController().signal,
            resume,
          }),
          whole,
        );
      }
      const foreign = [{ ...(made[0] as Checkpoint), recogniser: "another@12345678" }];
      assert.deepEqual(
        await transcriber.transcribe(inChunks(long, 16_000), {
          signal: new AbortController().signal,
          resume: foreign,
        }),
        whole,
      );
    },
  },
  {
    law: "names its models, so that another build has another name",
    async run(transcriber) {
      assert.match(transcriber.id, /^[\w.-]+@[\w.]{6,}$/);
    },
  },
];
