import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("TTML", () => {
  it("has paragraphs with times of clocks, offsets, frames and ticks", () => {
    const text = `<?xml version="1.0"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="de-CH" ttp:frameRate="25" ttp:tickRate="1000">
<head><metadata><ttm:title>not said</ttm:title></metadata></head>
<body><div>
<p begin="00:00:01.500" end="00:00:02.500">Guten<br/>Morgen.</p>
<p begin="3s" dur="500ms">Zwei</p>
<p begin="00:00:04:05" end="00:00:05:00">Drei</p>
<p begin="6000t" end="7000t">Vier &amp; <span tts:color="red">fünf</span></p>
</div></body></tt>`;
    expect(cues(text, "ttml")).toEqual([
      [1500, 2500, null, "Guten Morgen."],
      [3000, 3500, null, "Zwei"],
      [4200, 5000, null, "Drei"],
      [6000, 7000, null, "Vier & fünf"],
    ]);
    expect(parseCaptions(bytes(text), "ttml").language).toBe("de-CH");
  });

  it("counts times from what is around, and names speakers by their agents", () => {
    const text = `<tt:tt xmlns:tt="http://www.w3.org/ns/ttml"><tt:head><tt:metadata><ttm:agent xml:id="a1"><ttm:name>Ada Moreau</ttm:name></ttm:agent></tt:metadata></tt:head>
<tt:body><tt:div begin="10s"><tt:p begin="1s" end="2s" ttm:agent="a1">Hello.</tt:p></tt:div></tt:body></tt:tt>`;
    expect(cues(text, "ttml")).toEqual([[11_000, 12_000, "Ada Moreau", "Hello."]]);
  });

  it("may have times on its spans, and readings of characters that are not said again", () => {
    const text = `<tt><body><div><p><span begin="1s" end="2s">one</span><span begin="2s" end="3s">two</span></p>
<p begin="4s" end="5s"><span tts:ruby="container"><span tts:ruby="base">港</span><span tts:ruby="text">みなと</span></span></p></div></body></tt>`;
    expect(cues(text, "ttml")).toEqual([
      [1000, 2000, null, "one"],
      [2000, 3000, null, "two"],
      [4000, 5000, null, "港"],
    ]);
  });

  it("opens no entities of its own, however deep or many", () => {
    const bomb = `<!DOCTYPE tt [<!ENTITY a "boom"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><tt><body><div><p begin="1s" end="2s">x &b; &f;</p></div></body></tt>`;
    const said = cues(bomb, "ttml").map((row) => row[3]);
    expect(said.join()).not.toMatch(/boom|root:/);
    const deep = `<tt>${"<div>".repeat(100_000)}`;
    expect(() => parseCaptions(bytes(deep), "ttml")).not.toThrow();
  });

  it("is known by its content under another name", () => {
    const text =
      '<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">x</p></div></body></tt>';
    expect(parseCaptions(bytes(text), "srt").format).toBe("ttml");
  });
});
