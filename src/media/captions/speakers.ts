import type { RawCue, RawLine } from "./raw-cue.ts";

/** `undefined`: the line goes on with who spoke before; null: somebody else, unnamed. */
export interface SpokenLine {
  readonly text: string;
  readonly speaker: string | null | undefined;
  /** A dash or ">>" says that it is another's turn. */
  readonly isTurn?: boolean;
}

/**
 * Words that are no names before a colon, alone or with others after them ("Episode 3", "BREAKING
 * NEWS").
 */
const LABELS = new Set(
  (
    "note notes warning caution danger music sound sounds song applause laughter laughing cheering silence noise update breaking news chapter part section step figure episode act scene " +
    "lesson unit slide rule option phase level week day season volume number tip fact example question answer http https subtitles subtitle captions caption transcript translation " +
    "remember important attention reminder hint summary conclusion spoiler edit ps so and but or yes no then now also however first second third finally today meaning result"
  ).split(" "),
);
const NAME =
  /^(?:\[([^[\]]{1,120})\]\s?[:：]|([\p{L}\d][\p{L}\p{M}\d.'’_#&/\- ]{0,40}?)(?:\s?\([^()]{1,30}\))?\s?[:：])(?=(\s|$)|[^\d/\\])/u;

/**
 * `[Name] text` and `(Name) text`, with an aside after a comma: `[Name, whispering] text`; in
 * Chinese and Japanese the wide ones, too.
 */
const BRACKETED =
  /^(?:[[［【]([^[\]()（）［］【】]{1,60})[\]］】]|[(（]([^[\]()（）［］【】]{1,60})[)）])(?=\s|$|[^\s:：.,;!?])[ \t]*(?=\S|$)/u;

/** Who is named without a name: "[man on radio] Mayday." */
const ROLE =
  /^(?:(?:the|a|an|old|young|little|another|first|second|other|deep|female|male) )*(?:man|woman|men|women|boy|girl|boys|girls|kid|child|children|baby|lady|guy|narrator|announcer|reporter|interviewer|interviewee|presenter|host|guest|speaker|operator|dispatcher|pilot|teacher|student|students|doctor|nurse|driver|officer|soldier|voice|crowd|audience|all|both|everyone|male|female|computer|robot|recording)(?: \d{1,2}| #\d{1,2})?(?: (?:on|over|in|from|through|at) .{1,30})?$/iu;

/**
 * Words in brackets that tell of sounds and manners, in capitals or not: "[Laughs]", "[DOOR
 * SLAMS]".
 */
const SOUND =
  /\b(?:[a-z]{2,}ing|laugh(?:s|ter)?|sighs?|gasps?|coughs?|groans?|screams?|shouts?|cheers?|claps?|sobs?|cries|grunts?|chuckles?|whispers?|sniffs?|sniffles?|moans?|yells?|whistles?|hums?|sings?|pants?|scoffs?|clears throat|applause|music|songs?|silence|noise|pause|beat|inaudible|indistinct|unintelligible|crosstalk|foreign|static|beeps?|rings?|rumbles?|slams?|barks?|opens?|closes?|creaks?|thunder|wind|rain|sounds?|gunshots?|explosion|sirens?|bells?|engine|footsteps|chatter|continues?|stops?|ends?|plays?|starts?|fades?|in [a-z]+|on screen|off screen|voice ?over|v\.o\.|o\.s\.|subtitles?|captions?|music)\b/iu;

/** The same in scripts without capitals, where a name shows only by coming again. */
const WIDE_SOUND =
  /[笑泣咳]|拍手|掌声|歓声|欢呼|音楽|音乐|音樂|効果音|鐘|ため息|[のる]音$|음악|박수|웃음|웃는|한숨|소리$/u;

interface SpeakerPrefix {
  readonly name: string;
  readonly rest: string;
  /** A colon says that a name in brackets is one; without a colon it may be a sound. */
  readonly form: "colon" | "bracketed-colon" | "bracketed";
}

/**
 * A beginning that could name who speaks: `[Name]:`, `NAME:`, `Name (aside):`, `[Name] text`,
 * `(Name, aside) text`.
 */
function readSpeakerPrefix(text: string): SpeakerPrefix | undefined {
  return readColonName(text) ?? readBracketedName(text);
}

function readBracketedName(text: string): SpeakerPrefix | undefined {
  const match = BRACKETED.exec(text);
  const inside = match?.[1] ?? match?.[2];
  if (!match || inside === undefined) return undefined;
  const name = (inside.split(",")[0] ?? "")
    .trim()
    .replace(/[:：]$/, "")
    .trimEnd();
  const rest = text.slice(match[0].length).trim();
  if (name === "" || rest === "" || !/^[\p{L}\d]/u.test(name)) return undefined;
  return { name, rest, form: "bracketed" };
}

function readColonName(text: string): SpeakerPrefix | undefined {
  const match = NAME.exec(text);
  const name = (match?.[1] ?? match?.[2])?.trim();
  // Only the wide colon of Chinese and Japanese stands without a space after it.
  if (!match || !name || (match[3] === undefined && !match[0].endsWith("："))) return undefined;
  return {
    name,
    rest: text.slice(match[0].length).trim(),
    form: match[1] === undefined ? "colon" : "bracketed-colon",
  };
}

/** `form`: how the name is marked in the text; a colon where it is left out. */
export type IsName = (name: string, form?: SpeakerPrefix["form"]) => boolean;

/**
 * Learns from all lines of a file which beginnings are names: always those in capitals and those of
 * two words or more, a single word in mixed case only when it comes more than once.
 */
export function namesIn(texts: Iterable<string>): IsName {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const name = readSpeakerPrefix(splitCueText(text).rest)?.name;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return (name, form) => {
    if (form === "bracketed" && WIDE_SOUND.test(name)) return false;
    if (form === "bracketed" && (ROLE.test(name) || SOUND.test(name))) return ROLE.test(name);
    const words = name.split(/\s+/);
    if (words.length > 4 || !/\p{L}/u.test(name) || LABELS.has((words[0] ?? "").toLowerCase()))
      return false;
    const isAgain = (counts.get(name) ?? 0) > 1;
    // Scripts without capitals can't show a name otherwise.
    if (name.toUpperCase() === name.toLowerCase()) return isAgain;
    return (
      name === name.toUpperCase() ||
      // Brackets mark a name that text before a colon need not be.
      (form === "bracketed" && isAddressable(name)) ||
      (words.every((word) => /^[\p{Lu}\d#&]/u.test(word)) && (words.length > 1 || isAgain))
    );
  };
}

/** "Mary", "Dr. Who", "Mary-Ann O'Neil": every word begins with a capital. */
const isAddressable = (name: string): boolean =>
  name.split(/\s+/).every((word) => /^[\p{Lu}\d#&]/u.test(word));

/**
 * Finds who speaks each line of the cues of one file. Where the format itself names the speaker,
 * the text is not searched for a name.
 */
export function speakersOf(cues: readonly RawCue[]): (cue: RawCue) => SpokenLine[] {
  const isName = namesIn(
    cues.flatMap(({ lines }) =>
      lines.filter(({ speaker }) => speaker === undefined).map(({ text }) => text),
    ),
  );
  return ({ lines }) => {
    const isDialogue =
      lines.filter(({ speaker, text }) => speaker === undefined && splitCueText(text).isDash)
        .length > 1 || lines.length === 1;
    return lines.map((line, i) =>
      spokenLine(line, isName, isDialogue, i === lines.length - 1, i === 0),
    );
  };
}

/** Whether text without a named speaker is read back unchanged. */
export function readsAsItIs(text: string, isName: IsName): boolean {
  const { speaker, text: read } = spokenLine({ text }, isName, true, true, true);
  return speaker === undefined && read === text;
}

/** Whether `Name: text` is read as the text of that name. */
export function readsAsNamed(name: string, text: string, isName: IsName): boolean {
  const read = spokenLine({ text: `${name}: ${text}` }, isName, true, true, true);
  return read.speaker === name && read.text === text;
}

function spokenLine(
  line: RawLine,
  isName: IsName,
  isDialogue: boolean,
  isLast: boolean,
  isFirst: boolean,
): SpokenLine {
  if (line.speaker !== undefined) return { text: line.text, speaker: line.speaker };
  const { isTurn, isDash, rest } = splitCueText(line.text);
  const prefix = readSpeakerPrefix(rest);
  // A name alone on its line speaks what follows.
  if (
    prefix &&
    (prefix.rest === ""
      ? !isLast && isName(prefix.name, prefix.form)
      : prefix.form === "bracketed-colon" || isName(prefix.name, prefix.form))
  )
    return { text: prefix.rest, speaker: prefix.name };
  // "Where is he? / - Over there.": a capital after the dash is another's turn, "- or so" goes on.
  const isReply = isDash && (isDialogue || (!isFirst && /^[\p{Lu}¿¡[(♪"“]/u.test(rest)));
  return isTurn || isReply
    ? { text: rest, speaker: null, isTurn: true }
    : { text: line.text, speaker: undefined };
}

/** `>> ` and `- ` before what is said; not the minus of "-5" nor "--". */
function splitCueText(text: string): {
  readonly isTurn: boolean;
  readonly isDash: boolean;
  readonly rest: string;
} {
  const turn = /^>{2,3}\s?(?=[^\s>])/u.exec(text)?.[0] ?? "";
  const dash =
    turn === "" ? (/^[-–—‐]\s?(?=[^\s\d\-–—‐>])|^[-–—‐]\s(?=\d)/u.exec(text)?.[0] ?? "") : "";
  return { isTurn: turn !== "", isDash: dash !== "", rest: text.slice(turn.length + dash.length) };
}
