import iconv from "iconv-lite";
import { MediasearchError } from "../../errors.ts";
import { guessCodePage, isCodePage, type CodePageGuess } from "./code-pages.ts";

export interface DecodeHints {
  /** A code page that the user names; it wins over every guess, but not over a byte order mark. */
  readonly encoding?: string | undefined;
  /** BCP 47: the language that the name of the file says. */
  readonly language?: string | undefined;
}

export interface Decoded {
  readonly text: string;
  /** The code page that was guessed, and by what; undefined for UTF and for one that was named. */
  readonly encoding: CodePageGuess | undefined;
}

/** Decodes a captions file in any encoding. See `decodeCaptions`. */
export const decodeText = (bytes: Uint8Array): string => decodeCaptions(bytes).text;

/**
 * Decodes a captions file in any encoding: by its byte order mark, by the code page that is named,
 * as UTF-16 when every other byte is ASCII, as UTF-8 when it is valid but for a few bytes, else by
 * the code page that suits its language or its bytes best. Line ends become "\n"; zero bytes are
 * removed.
 * @throws USAGE for a code page of an unknown name.
 */
export function decodeCaptions(bytes: Uint8Array, hints: DecodeHints = {}): Decoded {
  const { text, encoding } = decode(bytes, hints);
  return {
    text: text
      .replace(/^\ufeff+/, "")
      .replaceAll("\0", "")
      .replace(/\r\n?/g, "\n"),
    encoding,
  };
}

const asUtf = (text: string): Decoded => ({ text, encoding: undefined });

function decode(bytes: Uint8Array, { encoding, language }: DecodeHints): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return asUtf(new TextDecoder("utf-16le").decode(bytes));
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return asUtf(new TextDecoder("utf-16be").decode(bytes));
  const isMarkedUtf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (encoding !== undefined && !isMarkedUtf8) return asUtf(decodeAs(bytes, encoding));
  const { little, big, pairs } = asciiPairs(bytes);
  // Times and line ends are ASCII in every language, so some pairs are, even in Chinese.
  if (!isMarkedUtf8 && Math.max(little, big) > pairs / 8 && Math.min(little, big) < pairs / 64)
    return asUtf(new TextDecoder(little > big ? "utf-16le" : "utf-16be").decode(bytes));
  if (isShiftedJapanese(bytes)) return asUtf(new TextDecoder("iso-2022-jp").decode(bytes));
  try {
    return asUtf(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    const mended = mendedUtf8(bytes);
    if (mended !== null) return asUtf(mended);
    const guess = guessCodePage(bytes, language);
    return { text: decodeAs(bytes, guess.page), encoding: guess };
  }
}

function decodeAs(bytes: Uint8Array, page: string): string {
  if (!isCodePage(page))
    throw new MediasearchError("USAGE", `${page}: not a code page that is known`, {
      subject: "--captions-encoding",
      hint: "--captions-encoding windows-1251",
    });
  // Vietnamese pages write an accent as a character of its own.
  return iconv.decode(Buffer.from(bytes), page).normalize("NFC");
}

/** ISO-2022-JP is ASCII with escapes, and so would be valid UTF-8. */
const isShiftedJapanese = (bytes: Uint8Array): boolean => {
  const at = bytes.indexOf(0x1b);
  return at >= 0 && bytes[at + 1] === 0x24 && (bytes[at + 2] === 0x42 || bytes[at + 2] === 0x40);
};

/**
 * Counts which of the first two-byte units are printable ASCII or line ends in either byte order.
 */
function asciiPairs(bytes: Uint8Array): {
  readonly little: number;
  readonly big: number;
  readonly pairs: number;
} {
  const isAscii = (byte = 0): boolean =>
    (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d;
  const pairs = Math.min(bytes.length >> 1, 4000);
  let little = 0;
  let big = 0;
  for (let at = 0; at < pairs * 2; at += 2) {
    if (bytes[at + 1] === 0 && isAscii(bytes[at])) little++;
    if (bytes[at] === 0 && isAscii(bytes[at + 1])) big++;
  }
  return { little, big, pairs };
}

/**
 * Decodes UTF-8 that was cut or spliced and drops its broken characters; null when most of the
 * non-ASCII characters are broken, which means another encoding.
 */
function mendedUtf8(bytes: Uint8Array): string | null {
  const text = new TextDecoder("utf-8").decode(bytes);
  let good = 0;
  let wrong = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd) wrong++;
    else if (code > 0x7f) good++;
  }
  return wrong < good / 2 ? text.replaceAll("\ufffd", "") : null;
}
