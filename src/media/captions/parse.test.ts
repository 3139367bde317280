import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytes, cues, said } from "../../../test/helpers/captions.ts";
import { cuesFromEvents, parseCaptions } from "./parse.ts";

describe("SubRip", () => {
  it("is read as the programs write it", () => {
    expect(
      cues(
        "1\n00:00:01,000 --> 00:00:02,500\nHello there.\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\nlines\n",
      ),
    ).toEqual([
      [1000, 2500, null, "Hello there."],
      [3000, 4000, null, "Two lines"],
    ]);
  });

  it("may lack numbers, blank lines, hours and decimals, have dots and odd spaces, and Windows line ends", () => {
    expect(
      cues(
        "00:01.5-->00:02.25\r\nOne.\r\n0:00:03,1  -->  0:00:04 X1:0\r\nTwo.\r\n7\r\n00:00:05,000 --> 00:00:06,000\r\nThree.",
      ),
    ).toEqual([
      [1500, 2250, null, "One."],
      [3100, 4000, null, "Two."],
      [5000, 6000, null, "Three."],
    ]);
  });

  it("keeps numbers that are said, and loses those of the next cue", () => {
    expect(
      said("1\n00:00:01,000 --> 00:00:02,000\n42\n\n2\n00:00:03,000 --> 00:00:04,000\nYes.\n"),
    ).toEqual(["42", "Yes."]);
  });

  it("has its tags, styles and entities taken out, and keeps what only looks like a tag", () => {
    expect(
      said(
        '1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>Hello</i> <font color="#fff">you</font> &amp; me, a < b > c &#233; &#x2014; &bogus;\n',
      ),
    ).toEqual(["Hello you & me, a < b > c é — &bogus;"]);
  });

  it("may come in any encoding", () => {
    const text = "1\n00:00:01,000 --> 00:00:02,000\nGrüße, señor – Ж\n";
    const latin = Uint8Array.from(
      "1\n00:00:01,000 --> 00:00:02,000\nGr\u00fc\u00dfe, se\u00f1or \u0096 x\n",
      (c) => c.charCodeAt(0),
    );
    const utf16 = (mark: boolean, big: boolean): Uint8Array => {
      const view = new DataView(new ArrayBuffer((text.length + (mark ? 1 : 0)) * 2));
      (mark ? `\ufeff${text}` : text)
        .split("")
        .forEach((c, i) => view.setUint16(i * 2, c.charCodeAt(0), !big));
      return new Uint8Array(view.buffer);
    };
    for (const one of [
      bytes(text),
      bytes(`\ufeff${text}`),
      utf16(true, false),
      utf16(true, true),
      utf16(false, false),
      utf16(false, true),
    ])
      expect(said(one)).toEqual(["Grüße, señor – Ж"]);
    expect(said(latin)).toEqual(["Grüße, señor – x"]);
  });

  it("is put in order; cues that end before they begin are said where they begin, overlapping ones kept", () => {
    expect(
      cues(
        "1\n00:00:05,000 --> 00:00:09,000\nSecond.\n\n2\n00:00:01,000 --> 00:00:06,000\nFirst.\n\n3\n00:00:09,000 --> 00:00:08,000\nNever.\n",
      ),
    ).toEqual([
      [1000, 6000, null, "First."],
      [5000, 9000, null, "Second."],
      [9000, 9000, null, "Never."],
    ]);
  });

  it("stays in order when the turns of a cue reach past the beginning of the next", () => {
    expect(
      cues(
        "1\n00:00:10,000 --> 00:00:20,000\n- One two three.\n- Four five six.\n\n2\n00:00:11,000 --> 00:00:12,000\nMiddle.\n",
      ).map(([at]) => at),
    ).toEqual([10_000, 11_000, 15_000]);
  });

  it("loses cues with impossible times, and nothing of them gets into others", () => {
    const good = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n";
    for (const timing of ["99999:00:00,000 --> 99999:00:01,000", "00:00:777,0 --> 00:999:01,000"]) {
      const { cues: kept, warnings } = parseCaptions(
        bytes(`${good}2\n${timing}\nBad.\n\n3\n00:00:04,000 --> 00:00:05,000\nThree.\n`),
        "srt",
      );
      expect(
        kept.map(({ text }) => text),
        timing,
      ).toEqual(["One.", "Three."]);
      expect(warnings).toEqual([expect.stringMatching(/one piece of text .*\(line 6\)/)]);
    }
  });

  it("may have arrows and times as people type them", () => {
    for (const timing of [
      "00:00:01,000 -> 00:00:02,000",
      "00:00:01.0 -- > 00:00:02",
      "00: 00: 01, 000 --> 00: 00: 02, 000",
      "00:00:01;000–>00:00:02;000",
      "  0:01-->0:02  X1:40 Y1:20",
      "00:00:01:000 → 00:00:02:000",
    ])
      expect(cues(`1\n${timing}\nOne.\n`), timing).toEqual([[1000, 2000, null, "One."]]);
  });

  it("tells numbers of cues from numbers that are said, with blank lines anywhere", () => {
    expect(
      said(
        "1\n\n00:00:01,000 --> 00:00:02,000\n\nOne.\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nTwo\n\nmore.\n",
      ),
    ).toEqual(["One.", "Two more."]);
    expect(
      said("00:00:01,000 --> 00:00:02,000\n42\n00:00:03,000 --> 00:00:04,000\nTwo.\n"),
    ).toEqual(["42", "Two."]);
    expect(
      said(
        "1\n00:00:01,000 --> 00:00:02,000\nIn the year\n1984\n\n2\n00:00:03,000 --> 00:00:04,000\n",
      ),
    ).toEqual(["In the year 1984"]);
  });

  it("in a file named .vtt, and WebVTT in one named .srt, are seen for what they are", () => {
    expect(said("1\n00:00:01,000 --> 00:00:02,000\nHello.\n", "webvtt")).toEqual(["Hello."]);
    expect(said("WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n", "srt")).toEqual(["Hello."]);
  });
});

describe("WebVTT", () => {
  it("is read by the rules of the W3C: header text, notes, styles, regions, names of cues and settings are no words", () => {
    const text =
      "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE a remark\nof two lines\n\nintro\n00:01.000 --> 00:02.000 align:start position:0%\nHello.\n\n00:00:03.000 --> 00:00:04.000\n<c.loud>Hi</c> <b>you</b> &lt;3\n";
    expect(cues(text, "webvtt")).toEqual([
      [1000, 2000, null, "Hello."],
      [3000, 4000, null, "Hi you <3"],
    ]);
  });

  it("gives voices as speakers, several in one cue apart", () => {
    expect(
      cues(
        "WEBVTT\n\n00:00.000 --> 00:10.000\n<v Ada Moreau>Where is it?</v>\n<v.loud Tom &amp; Co>Here it is.</v>\n",
        "webvtt",
      ),
    ).toEqual([
      [0, 5217, "Ada Moreau", "Where is it?"],
      [5217, 10_000, "Tom & Co", "Here it is."],
    ]);
  });

  it("leaves out the times of words inside a cue", () => {
    expect(
      said(
        "WEBVTT\n\n00:00.000 --> 00:04.000\nnever<00:00:01.000><c> gonna</c><00:00:02.000><c> give</c>\n",
        "webvtt",
      ),
    ).toEqual(["never gonna give"]);
  });

  it("says its language in the header when it comes from YouTube", () => {
    expect(
      parseCaptions(
        bytes("WEBVTT\nKind: captions\nLanguage: pt-BR\n\n00:00.000 --> 00:04.000\nOlá.\n"),
        "webvtt",
      ).language,
    ).toBe("pt-BR");
  });

  it("loses every tag, known or not, and no text", () => {
    expect(
      said(
        'WEBVTT\n\n00:01.000 --> 00:02.000\n<font color="#fff">One</font> <lang en-GB>two</lang> <ruby>three<rt>four</rt></ruby> a < b <3 <00:00:01.500>end\n',
        "webvtt",
      ),
    ).toEqual(["One two threefour a < b <3 end"]);
  });

  it("may lack blank lines and begin with some; notes after cues are no words", () => {
    expect(
      said(
        "\n\nWEBVTT\n\n1\n00:01.000 --> 00:02.000\nOne.\n2\n00:03.000 --> 00:04.000\nTwo.\n\nNOTE not this\n\n3\n00:05.000 --> 00:06.000\nThree.",
        "webvtt",
      ),
    ).toEqual(["One.", "Two.", "Three."]);
  });

  it("ends a cue at an empty line, but not at one of spaces or of another alphabet's separator", () => {
    expect(
      said("WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n \ntwo\u2028\u2028three\n\nno cue\n", "webvtt"),
    ).toEqual(["One two three"]);
  });

  it("says its language after blank lines too", () => {
    expect(
      parseCaptions(bytes("\n\nWEBVTT\nLanguage: de\n\n00:00.000 --> 00:04.000\nJa.\n"), "webvtt")
        .language,
    ).toBe("de");
  });

  it("without cues is empty, not broken", () => {
    expect(cues("WEBVTT\n", "webvtt")).toEqual([]);
  });
});

describe("ASS", () => {
  it("gives dialogue in the order of its fields, with names, without overrides and drawings", () => {
    const text = `[Script Info]
Title: x

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not said
Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ada,0,0,0,,{\\i1}Well, yes,{\\i0}\\Nof course.
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}Shown
`;
    expect(cues(text, "ass")).toEqual([
      [1000, 2500, "Ada", "Well, yes, of course."],
      [3000, 4000, null, "Shown"],
    ]);
  });
});

describe("SSA and odd ASS", () => {
  const events = (format: string, ...lines: readonly string[]): string =>
    `[Script Info]\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\nFormat: ${format}\n${lines.join("\n")}\n`;

  it("may have its fields in another order and its own names for them", () => {
    expect(
      cues(
        events(
          "Start, End, Actor, Marked, Text",
          "Dialogue: 0:00:01.00,0:00:02.00, Ada ,Marked=0,One, two{\\i1}, three\\hfour",
        ),
        "ass",
      ),
    ).toEqual([[1000, 2000, "Ada", "One, two, three four"]]);
  });

  it("loses karaoke, remarks, shapes and lines without times, and joins equal layers", () => {
    const format = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text";
    const line = (text: string): string =>
      `Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,${text}`;
    expect(
      cues(
        events(
          format,
          line("{\\k20}One {\\k30}two{a remark}"),
          line("{\\k20}One {\\k30}two"),
          line("{\\pos(1,2)\\p2}m 0 0 l 1 1"),
          "Dialogue: 0,x,y,Default,,0,0,0,,never",
          ";comment",
        ),
        "ass",
      ),
    ).toEqual([[1000, 2000, null, "One two"]]);
  });

  it("is known by its content, and so is SubRip under its name", () => {
    expect(
      said("[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,One\n", "srt"),
    ).toEqual(["One"]);
    expect(said("1\n00:00:01,000 --> 00:00:02,000\nOne\n", "ass")).toEqual(["One"]);
    expect(said("[Script Info]\nTitle: empty\n", "ass")).toEqual([]);
  });
});

describe("anything else", () => {
  it("is refused with a reason, unless it is empty", () => {
    for (const text of [
      "Dear diary,\nnothing here.",
      "\u0001\u0002\u0003\u0004 binary \ufffd",
      "1 --> 2\nx",
    ])
      expect(() => parseCaptions(bytes(text), "srt")).toThrow(/no captions could be read/);
    expect(cues("")).toEqual([]);
    expect(cues(" \n\n")).toEqual([]);
  });

  const evil: Readonly<Record<string, string>> = {
    "open brackets": "<",
    "long tags": `<${"a".repeat(5000)}`,
    "open braces": "{\\",
    drawings: "{\\p1}",
    entities: "&#",
    ampersands: "&aaaaaaaa",
    words: "a ",
    times: "00:",
    dashes: "- ",
    arrows: "-->",
    "blank lines": "\n",
    "short lines": "a\n",
    "lines of dashes": `${"x\n".repeat(2000)}${"- y\n".repeat(2000)}`,
    "half times": "00:00 -->\n",
    voices: "<v A>x\n<v B>y\n",
    names: "AB CD: x\n",
    "square brackets": "] ",
    carriages: "\r",
    "the same cue": "00:00:00.000 --> 00:00:01.000\nx\n\n",
    "two huge cues": `${"a\n".repeat(400_000)}\n00:01.000 --> 00:02.000\n${"b\n".repeat(400_000)}`,
  };
  it.each(Object.entries(evil))(
    "of megabytes of %s is read in time that grows with its length only",
    (_, part) => {
      const junk = part.repeat(Math.ceil(1_600_000 / part.length));
      const heads = {
        srt: "00:00.000 --> 00:01.000\n",
        webvtt: "WEBVTT\n\n00:00.000 --> 00:01.000\n",
        ass: "[Events]\nDialogue: 0,0:00:01.00,0:00:02.50,Default,Ada,0,0,0,,",
      } as const;
      const before = process.cpuUsage();
      for (const format of ["srt", "webvtt", "ass"] as const)
        expect(() => parseCaptions(bytes(heads[format] + junk), format)).not.toThrow();
      // Anything quadratic takes minutes here. Time of the processor counts: others use the machine
      // too.
      const { user } = process.cpuUsage(before);
      expect(user / 1e6).toBeLessThan(60);
    },
  );
});

describe("captions that unpack to more than a film has", () => {
  it("are refused while they are unpacked", () => {
    const packed = gzipSync(Buffer.alloc(200_000_001, "WEBVTT\n"));
    expect(packed.length).toBeLessThan(1_000_000);
    expect(() => parseCaptions(packed, "webvtt")).toThrow(/too large once it is unpacked/);
  });
});

describe("a text of many lines before its first times", () => {
  it("is captions all the same, and what was left out is told", () => {
    const text = `WEBVTT\n\n${"said by nobody\n".repeat(200_000)}\n00:01.000 --> 00:02.000\na\n`;
    const { cues: found, warnings } = parseCaptions(bytes(text), "webvtt");
    expect(found).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining("200000 pieces of text were left out")]);
  });
});

describe("more captions than fit into a worker", () => {
  it.each([
    ["srt", "00:01 --> 00:02\na\n"],
    ["srt", "00:01->00:02\na\n"],
    ["webvtt", "00:01.000 --> 00:02.000\na\n\n"],
    ["ass", "Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ada,0,0,0,,a\n", "[Events]\n"],
    ["ttml", '<p begin="1s" end="2s">a</p>', "<tt><body><div>"],
    ["sami", "<SYNC Start=1>a", "<SAMI>"],
    ["microdvd", "{1}{2}a\n"],
    ["mpl2", "[1][2]a\n"],
    ["tmplayer", "00:00:01:a\n"],
    ["lrc", "[00:01.00]a\n"],
    ["sbv", "0:00:01.000,0:00:02.000\na\n\n"],
    ["whisper-tsv", "1000\t2000\ta\n", "start\tend\ttext\n"],
    ["audacity", "1.0\t2.0\ta\n"],
  ])("are refused before anything is made of them: %s %j", (format, cue, head = "") => {
    expect(parseCaptions(bytes(head + cue.repeat(2)), format).cues.length).toBeGreaterThan(0);
    const flood = gzipSync(head + cue.repeat(1_000_001));
    const before = process.memoryUsage().heapUsed;
    expect(() => parseCaptions(flood, format)).toThrow(/more than a million of them/);
    // Two texts are made on the way; as cues they take hundreds of megabytes.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150_000_000);
  });
});

describe("tracks inside media", () => {
  it("give cues like files do", () => {
    const event = { startMs: 1000, endMs: 2000 };
    expect(cuesFromEvents([{ ...event, text: "<i>ANNA: Hello</i>\nthere." }], "srt")).toMatchObject(
      [{ speaker: "ANNA", text: "Hello there.", startMs: 1000, endMs: 2000 }],
    );
    expect(
      cuesFromEvents([{ ...event, text: "{\\b1}Hi\\Nyou", speaker: "Tom" }], "ass"),
    ).toMatchObject([{ speaker: "Tom", text: "Hi you" }]);
    expect(cuesFromEvents([{ ...event, text: "<v Ada>Hi" }], "webvtt")).toMatchObject([
      { speaker: "Ada", text: "Hi" },
    ]);
  });
});
