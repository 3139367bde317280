/**
 * Text of a captions file in whatever encoding it came: by its byte order mark, as UTF-16 when every other byte is zero, as UTF-8 when it is valid,
 * else as Windows-1252, which old subtitle programs wrote. Line ends become "\n", zero bytes go.
 */
export function decodeText(bytes: Uint8Array): string {
  return decode(bytes).replace(/^\ufeff/, "").replaceAll("\0", "").replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n");
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const zeros = [0, 0];
  const head = bytes.subarray(0, 1000);
  head.forEach((byte, i) => { if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1; });
  const most = head.length / 4;
  if ((zeros[1] ?? 0) > most && (zeros[0] ?? 0) < most / 8) return new TextDecoder("utf-16le").decode(bytes);
  if ((zeros[0] ?? 0) > most && (zeros[1] ?? 0) < most / 8) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
