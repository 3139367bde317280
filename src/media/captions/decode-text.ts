/**
 * Decodes a captions file in any encoding: by its byte order mark, as UTF-16 when every other byte
 * is ASCII, as UTF-8 when it is valid but for a few bytes, else as Windows-1252, which old subtitle
 * programs wrote. Line ends become "\n"; zero bytes are removed.
 */
export function decodeText(bytes: Uint8Array): string {
  return decode(bytes)
    .replace(/^\ufeff+/, "")
    .replaceAll("\0", "")
    .replace(/\r\n?/g, "\n");
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const isMarkedUtf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const { little, big, pairs } = asciiPairs(bytes);
  // Times and line ends are ASCII in every language, so some pairs are, even in Chinese.
  if (!isMarkedUtf8 && Math.max(little, big) > pairs / 8 && Math.min(little, big) < pairs / 64)
    return new TextDecoder(little > big ? "utf-16le" : "utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return mendedUtf8(bytes) ?? new TextDecoder("windows-1252").decode(bytes);
  }
}

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
