import type { Cue, Segment, Word } from "../../types.ts";

const MIN_SEGMENT_MS = 3000;
const MAX_SEGMENT_MS = 30_000;
const MAX_WORDS = 40;
const LONG_PAUSE_MS = 2000;
/** A short last sentence joins what is before it rather than stand alone. */
const SCRAP_MS = 1500;

/** A word on its way into a segment, whoever timed it. */
interface TimedToken {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number | null;
  /** false inside scripts that are written without spaces. */
  readonly spaceBefore: boolean;
  readonly endsCue: boolean;
  /** Whether somebody timed it; else its time is its share of the cue's. */
  readonly isTimed: boolean;
}

interface SpeakerTurn {
  readonly speaker: string | null;
  readonly pieces: TimedToken[];
}

/**
 * Cuts a transcript into segments: whole sentences, about 3 to 30 s and at most about 40 words, one
 * speaker, no pause over 2 s inside. Shorter only before a change of speaker, a long pause or the
 * end. A sentence that is too long is cut at its best pause or comma. Words without times of their
 * own share their cue's by length. Pure; cues in any order.
 */
export function segmentCues(cues: readonly Cue[]): Segment[] {
  const ordered = cues.toSorted((a, b) => a.startMs - b.startMs);
  return turns(ordered)
    .flatMap(({ speaker, pieces }) =>
      pack(sentences(pieces).flatMap(split)).map((part) => makeSegment(part, speaker)),
    )
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((segment, index) => ({ ...segment, index }));
}

function turns(cues: readonly Cue[]): SpeakerTurn[] {
  const turns: SpeakerTurn[] = [];
  let endMs = 0;
  for (const cue of cues) {
    const cueTokens = timedTokens(cue);
    const first = cueTokens[0];
    if (!first) continue;
    let turn = turns.at(-1);
    if (
      !turn ||
      cue.startsTurn ||
      turn.speaker !== cue.speaker ||
      first.startMs - endMs > LONG_PAUSE_MS
    )
      turns.push((turn = { speaker: cue.speaker, pieces: [] }));
    for (const piece of cueTokens) {
      const lastPacked = turn.pieces.at(-1);
      if (lastPacked && piece.startMs - lastPacked.endMs > LONG_PAUSE_MS)
        turns.push((turn = { speaker: cue.speaker, pieces: [] }));
      turn.pieces.push(piece);
    }
    endMs = Math.max(endMs, cueTokens.at(-1)?.endMs ?? 0);
  }
  return turns;
}

function timedTokens(cue: Cue): TimedToken[] {
  const timed = cue.words ?? spread(cue);
  return timed.flatMap((word, i) => {
    const parts = spaceless(word);
    return parts.map((part, j) => ({
      ...part,
      isTimed: cue.words !== null,
      endsCue: i === timed.length - 1 && j === parts.length - 1,
    }));
  });
}

function spread({ text, startMs, endMs, confidence }: Cue): Word[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const letters = words.reduce((sum, word) => sum + word.length + 1, 0);
  let done = 0;
  const at = (position: number): number =>
    Math.round(startMs + ((endMs - startMs) * position) / letters);
  return words.map((word) => {
    const from = done;
    done += word.length + 1;
    return { text: word, startMs: at(from), endMs: at(done), confidence };
  });
}

const IDEOGRAPHIC =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** Ideographs that weigh as one word against MOST_WORDS. */
const LETTERS_A_PIECE = 2;

function spaceless(word: Word): Omit<TimedToken, "endsCue" | "isTimed">[] {
  if (!IDEOGRAPHIC.test(word.text)) return [{ ...word, spaceBefore: true }];
  const letters = [...word.text];
  const parts: Omit<TimedToken, "endsCue" | "isTimed">[] = [];
  const at = (position: number): number =>
    Math.round(word.startMs + ((word.endMs - word.startMs) * position) / letters.length);
  let from = 0;
  while (from < letters.length) {
    let to = Math.min(from + LETTERS_A_PIECE, letters.length);
    // Marks and closing punctuation stay with the letter before them.
    while (to < letters.length && /[\p{M}\p{P}]/u.test(letters[to] ?? "")) to++;
    parts.push({
      text: letters.slice(from, to).join(""),
      startMs: at(from),
      endMs: at(to),
      confidence: word.confidence,
      spaceBefore: from === 0,
    });
    from = to;
  }
  return parts;
}

const SENTENCE_END = /(?:[.!?…]["'”’)\]»]*|[。！？｡][」』）]*)$/u;
const ABBREVIATION =
  /^(?:[("'“‘]*)(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|no|vol|gen|sen|rep|lt|col|capt|sgt|inc|ltd|etc|e\.g|i\.e|[a-z]|(?:[a-z]\.)+[a-z])\.$/i;

const endsSentence = ({ text }: TimedToken): boolean =>
  SENTENCE_END.test(text) && !(ABBREVIATION.test(text) && text !== "I.");

function sentences(pieces: readonly TimedToken[]): TimedToken[][] {
  const found: TimedToken[][] = [[]];
  for (const piece of pieces) {
    found.at(-1)?.push(piece);
    if (endsSentence(piece)) found.push([]);
  }
  return found.filter((sentence) => sentence.length > 0);
}

const tokensLengthMs = (pieces: readonly TimedToken[]): number =>
  (pieces.at(-1)?.endMs ?? 0) - (pieces[0]?.startMs ?? 0);
const fitsSegment = (pieces: readonly TimedToken[]): boolean =>
  pieces.length <= MAX_WORDS && tokensLengthMs(pieces) <= MAX_SEGMENT_MS;

/** A sentence that is too long, cut in two where it is cut best, and again until all fit. */
function split(sentence: readonly TimedToken[]): TimedToken[][] {
  if (fitsSegment(sentence) || sentence.length < 2) return [[...sentence]];
  let cut = 1;
  let best = -Infinity;
  for (let at = 1; at < sentence.length; at++) {
    const worth = cutWorth(sentence, at);
    if (worth > best) [best, cut] = [worth, at];
  }
  return [...split(sentence.slice(0, cut)), ...split(sentence.slice(cut))];
}

/** More than any place is worth. */
const SCRAP_COSTS = 10;

/** Pauses, commas and ends of cues are good places; so is the middle. */
function cutWorth(sentence: readonly TimedToken[], at: number): number {
  const before = sentence[at - 1] as TimedToken;
  const offCentre = Math.abs(at / sentence.length - 0.5) * 2;
  const after = sentence[at] as TimedToken;
  const pauseMs = after.startMs - before.endMs;
  const leavesScrap =
    before.endMs - (sentence[0]?.startMs ?? 0) < MIN_SEGMENT_MS ||
    (sentence.at(-1)?.endMs ?? 0) - after.startMs < MIN_SEGMENT_MS;
  return (
    (leavesScrap ? -SCRAP_COSTS : 0) +
    Math.min(pauseMs, 1000) / 500 +
    (/[,;:–—，、；]["'”’]?$/u.test(before.text) ? 1 : 0) +
    (before.endsCue ? 0.7 : 0) -
    2 * offCentre ** 2
  );
}

function pack(parts: readonly (readonly TimedToken[])[]): TimedToken[][] {
  const packed: TimedToken[][] = [];
  for (const part of parts) {
    const lastPacked = packed.at(-1);
    if (
      lastPacked &&
      fitsSegment([...lastPacked, ...part]) &&
      (!isWhole(lastPacked) || (part === parts.at(-1) && tokensLengthMs(part) < SCRAP_MS))
    )
      lastPacked.push(...part);
    // Too short to stand alone and too long together: both are cut anew.
    else if (
      lastPacked &&
      tokensLengthMs(lastPacked) < MIN_SEGMENT_MS &&
      !fitsSegment([...lastPacked, ...part])
    )
      packed.splice(-1, 1, ...split([...lastPacked, ...part]));
    else packed.push([...part]);
  }
  return packed;
}

const isWhole = (pieces: readonly TimedToken[]): boolean =>
  tokensLengthMs(pieces) >= MIN_SEGMENT_MS && endsSentence(pieces.at(-1) as TimedToken);

function makeSegment(
  tokens: readonly TimedToken[],
  speaker: string | null,
): Omit<Segment, "index"> {
  const confidences = tokens.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  return {
    startMs: Math.min(...tokens.map(({ startMs }) => startMs)),
    endMs: Math.max(...tokens.map(({ endMs }) => endMs)),
    text: tokens
      .map(({ text, spaceBefore }, i) => (spaceBefore && i > 0 ? ` ${text}` : text))
      .join(""),
    speaker,
    confidence:
      confidences.length > 0
        ? confidences.reduce((sum, value) => sum + value, 0) / confidences.length
        : null,
    ...(tokens.every(({ isTimed }) => isTimed)
      ? { words: tokens.map(({ text, startMs, endMs }) => ({ text, startMs, endMs })) }
      : {}),
  };
}
