import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("SAMI", () => {
  it("shows a line until the next, or until one that is empty", () => {
    const text = `<SAMI><HEAD><STYLE TYPE="text/css"><!-- P {font: Arial} .ENCC {Name: English; lang: en-US;} --></STYLE></HEAD><BODY>
<SYNC Start=1000><P Class=ENCC>The harbour<br>lights &amp; all
<SYNC Start=3000><P Class=ENCC>&nbsp;
<SYNC Start=5000><P Class=ENCC>are <i>out</i>.
</BODY></SAMI>`;
    expect(cues(text, "sami")).toEqual([
      [1000, 3000, null, "The harbour lights & all"],
      [5000, 9000, null, "are out."],
    ]);
    expect(parseCaptions(bytes(text), "sami").language).toBe("en-US");
  });

  it("of two languages is read in the one with more text", () => {
    const text = `<sami><head><style>.KRCC {lang: ko-KR;} .ENCC {lang: en;}</style></head><body>
<sync start=0><p class=KRCC>항구의 불이 꺼졌습니다<p class=ENCC>Out.
<sync start=2000><p class=KRCC>&nbsp;<p class=ENCC>&nbsp;</body></sami>`;
    expect(cues(text, "sami")).toEqual([[0, 2000, null, "항구의 불이 꺼졌습니다"]]);
    expect(parseCaptions(bytes(text), "sami").language).toBe("ko-KR");
  });
});
