export interface WordPiece {
  /** Makes the token ids of a text, [CLS] … [SEP] included, cut to `limit`. */
  readonly encode: (text: string, limit: number) => number[];
}

const CLS = 101;
const SEP = 102;
const UNKNOWN_TOKEN = 100;
const MAX_WORD = 100;
const NEWLINE = 10;

/** Characters that BERT sets apart as words of their own: CJK ideographs. */
const IDEOGRAPH =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/u;
/** Unicode punctuation and the ASCII signs that BERT counts as such. */
const PUNCTUATION = /[\p{P}$+<=>^`|~]/u;
const SKIPPED = /[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;

/**
 * The uncased tokenizer of BERT: clean, lower-case, strip accents, split at space and punctuation,
 * then the longest known piece first.
 * Devlin et al. 2018, https://arxiv.org/abs/1810.04805. The vocabulary is one token a line, its
 * line number the id.
 */
export function openWordPiece(vocabulary: string): WordPiece {
  const idOf = openVocabulary(vocabulary);
  return {
    encode(text, limit) {
      const result = [CLS];
      for (const word of basicTokens(text)) {
        if (result.length >= limit - 1) break;
        result.push(...pieces(word, idOf));
      }
      return [...result.slice(0, limit - 1), SEP];
    },
  };
}

type IdOf = (token: string) => number | undefined;

/** About as many as one query asks for. */
const SOUGHT_IN_TEXT = 60;

/**
 * To make a map of all tokens takes longer than to look for those of a query in the text; who asks
 * for more gets the map.
 */
function openVocabulary(vocabulary: string): IdOf {
  const lines = `\n${vocabulary.trimEnd().replaceAll("\r\n", "\n")}\n`;
  let ids: ReadonlyMap<string, number> | undefined;
  let sought = 0;
  return (token) => {
    if (++sought <= SOUGHT_IN_TEXT) return lineOf(token, lines);
    ids ??= new Map(
      lines
        .slice(1, -1)
        .split("\n")
        .map((line, id) => [line, id]),
    );
    return ids.get(token);
  };
}

/** The number of the line, counted from 0. */
function lineOf(line: string, lines: string): number | undefined {
  const at = lines.indexOf(`\n${line}\n`);
  if (at < 0) return undefined;
  let before = 0;
  for (let i = 0; i < at; i++) if (lines.charCodeAt(i) === NEWLINE) before++;
  return before;
}

/** @yields words and single punctuation signs, lower-case, without accents. */
function* basicTokens(text: string): Generator<string> {
  let word = "";
  for (const char of text.toLowerCase().normalize("NFD")) {
    const isSpace = /\s/.test(char);
    if (!isSpace && (/\p{Mn}/u.test(char) || SKIPPED.test(char))) continue;
    const isAlone = !isSpace && (PUNCTUATION.test(char) || IDEOGRAPH.test(char));
    if (!isSpace && !isAlone) {
      word += char;
      continue;
    }
    if (word !== "") yield word;
    word = "";
    if (isAlone) yield char;
  }
  if (word !== "") yield word;
}

function pieces(word: string, idOf: IdOf): number[] {
  const letters = [...word];
  if (letters.length > MAX_WORD) return [UNKNOWN_TOKEN];
  const tokenIds: number[] = [];
  let start = 0;
  while (start < letters.length) {
    let end = letters.length;
    let id: number | undefined;
    for (; end > start && id === undefined; end--)
      id = idOf((start > 0 ? "##" : "") + letters.slice(start, end).join(""));
    if (id === undefined) return [UNKNOWN_TOKEN];
    tokenIds.push(id);
    start = end + 1;
  }
  return tokenIds;
}
