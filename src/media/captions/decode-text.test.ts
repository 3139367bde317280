import { describe, expect, it } from "vitest";
import { decodeText } from "./decode-text.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), isLittle);
  return new Uint8Array(view.buffer);
};
const CHINESE = `1\n00:00:01,000 --> 00:00:09,000\n${"我们今天来看看河流如何塑造土地".repeat(8)}\n`;

describe("text of captions files", () => {
  it("is UTF-16 of either order without a mark, even when hardly any letter is ASCII", () => {
    expect(decodeText(utf16(CHINESE, true))).toBe(CHINESE);
    expect(decodeText(utf16(CHINESE, false))).toBe(CHINESE);
    expect(decodeText(utf16(`\ufeff${CHINESE}`, false))).toBe(CHINESE);
  });

  it("is still UTF-8 when it was cut inside a letter or holds a wrong byte", () => {
    expect(decodeText(utf8("Grüße, señor Ж").subarray(0, -1))).toBe("Grüße, señor ");
    expect(decodeText(Uint8Array.from([...utf8("Grüße, señor "), 0xff, ...utf8("é")]))).toBe(
      "Grüße, señor é",
    );
  });

  it("is Windows-1252 when it is no UTF-8", () => {
    expect(decodeText(latin("se\u00f1or \u0093caf\u00e9\u0094 \u0085"))).toBe("señor “café” …");
  });

  it("has plain line ends, no marks and no zero bytes", () => {
    expect(decodeText(utf8("\ufeff\ufeffa\r\nb\rc\0d\n"))).toBe("a\nb\ncd\n");
    expect(decodeText(new Uint8Array())).toBe("");
  });
});
