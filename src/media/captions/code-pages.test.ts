import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { decodeCaptions } from "./decode-text.ts";

const srt = (text: string): string => `1\n00:00:01,000 --> 00:00:03,000\n${text}\n`;
/** Sentences, and the code pages that captions in their languages are found in. */
const SAMPLES: readonly (readonly [language: string, text: string, pages: readonly string[]])[] = [
  [
    "ru",
    "Вечером в порту зажгли огни.",
    ["win1251", "koi8-r", "cp866", "iso-8859-5", "maccyrillic"],
  ],
  ["uk", "Увечері в порту засвітили вогні, її чекали.", ["win1251", "koi8-u"]],
  ["el", "Το βράδυ άναψαν τα φώτα στο λιμάνι.", ["win1253", "iso-8859-7", "cp737"]],
  ["he", "בערב הדליקו אורות בנמל", ["win1255", "iso-8859-8", "cp862"]],
  ["ar", "في المساء أضيئت الأنوار في الميناء", ["win1256", "iso-8859-6"]],
  ["tr", "Akşam limanda ışıklar yandı, çok güzeldi.", ["win1254", "iso-8859-9", "cp857"]],
  [
    "pl",
    "Wieczorem w porcie zapaliły się światła, było pięknie.",
    ["win1250", "iso-8859-2", "cp852", "maccenteuro"],
  ],
  ["cs", "Večer v přístavu rozsvítili světla, bylo to krásné.", ["win1250", "iso-8859-2", "cp852"]],
  ["hu", "Este a kikötőben meggyújtották a fényeket, gyönyörű volt.", ["win1250", "iso-8859-2"]],
  ["lt", "Vakare uoste uždegė žiburius, buvo labai gražu.", ["win1257", "iso-8859-13", "cp775"]],
  [
    "fr",
    "Le soir, on a allumé les lumières à l'entrée du port.",
    ["win1252", "cp850", "cp437", "macroman"],
  ],
  [
    "es",
    "¿Quién encendió las luces del muelle? Mañana lo sabrá el capitán.",
    ["win1252", "cp850", "cp437", "macroman"],
  ],
  [
    "de",
    "Am Abend zündeten sie Lichter über dem Hafen an, schön groß.",
    ["win1252", "cp850", "macroman"],
  ],
  ["zh", "晚上港口点亮了灯，大家都很高兴。", ["gbk"]],
  ["zh-TW", "晚上港口點亮了燈，大家都很高興。", ["big5"]],
  ["ja", "夕方、港に明かりがともりました。", ["shift_jis", "euc-jp"]],
  ["ko", "저녁에 항구에 불이 켜졌습니다.", ["euc-kr"]],
  ["th", "ตอนเย็นเปิดไฟที่ท่าเรือ", ["tis620", "cp874"]],
];

describe("captions in a code page", () => {
  const cases = SAMPLES.flatMap(([language, text, pages]) =>
    pages.map((page) => ({ language, text: srt(text), page })),
  );

  it.each(cases)("are read as $language from $page, by the name", ({ language, text, page }) => {
    const decoded = decodeCaptions(iconv.encode(text, page), { language });
    expect(decoded.text).toBe(text);
    expect(decoded.encoding?.why).toBe("by the language in its name");
  });

  it.each(cases)("are read as $language from $page, by the bytes", ({ text, page }) => {
    const decoded = decodeCaptions(iconv.encode(text, page));
    expect(decoded.text).toBe(text);
    expect(decoded.encoding?.why).toBe("by its bytes");
  });

  it("that is named are read in it, whatever their bytes look like", () => {
    const bytes = iconv.encode(srt("Вечером"), "koi8-r");
    expect(decodeCaptions(bytes, { encoding: "koi8-r" })).toEqual({
      text: srt("Вечером"),
      encoding: undefined,
    });
    expect(decodeCaptions(bytes, { encoding: "cp866" }).text).not.toContain("Вечером");
    expect(() => decodeCaptions(bytes, { encoding: "klingon-1" })).toThrow(/not a code page/);
  });

  it("of ISO-2022-JP, which are ASCII with escapes, are Japanese", () => {
    const shifted = Buffer.from(`1\n00:00:01,000 --> 00:00:02,000\n\u001b$B9A\u001b(B\n`, "latin1");
    expect(decodeCaptions(shifted).text).toContain("港");
  });
});
