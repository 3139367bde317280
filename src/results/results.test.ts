import { describe, expect, it } from "vitest";
import type { MediaSourceInfo } from "../media/source.ts";
import { displayWidth } from "../terminal/style.ts";
import { markMatches } from "../search/snippet.ts";
import { formatEdl } from "./edl.ts";
import { formatFcpxml } from "./fcpxml.ts";
import { formatM3u, formatM3uFiles } from "./m3u.ts";
import { pageMarkdown, transcriptMarkdown } from "./markdown.ts";
import type { SearchResult, ResultPage } from "./search-result.ts";
import { formatOtio } from "./otio.ts";
import { formatTable } from "./records.ts";
import { pageText } from "./screen.ts";
import { makeTimeline } from "./timeline.ts";

const result = (more: Partial<SearchResult>): SearchResult => ({
  number: 1,
  path: "/films/talk.mp4",
  file: "talk.mp4",
  startMs: 60_000,
  endMs: 62_000,
  speaker: null,
  text: "one",
  score: 1,
  origin: "captions",
  before: [],
  after: [],
  folded: [],
  explain: null,
  ...more,
});
const film = (num: number, den: number, more: Partial<MediaSourceInfo> = {}): MediaSourceInfo => ({
  video: { width: 1280, height: 720, frameRate: { num, den } },
  audio: { sampleRate: 48_000, channels: 2 },
  durationMs: 120_000,
  timecode: null,
  ...more,
});
const sound: MediaSourceInfo = {
  video: null,
  audio: { sampleRate: 44_100, channels: 1 },
  durationMs: 90_000,
  timecode: null,
};
const options = { name: "bridges & boats", rate: undefined, padMs: 0 };
const events = (edl: string): string[] => edl.split("\n").filter((line) => /^\d{3} /.test(line));

describe("an edit", () => {
  const results = [
    result({}),
    result({
      number: 2,
      path: "/films/radio.mp3",
      file: "radio.mp3",
      startMs: 5000,
      endMs: 6000,
      speaker: "Ada",
      text: 'she said "so"\nand left',
    }),
  ];

  it("as EDL has each hit's place in its file and on the timeline, in the first film's rate", () => {
    const edl = formatEdl(
      makeTimeline(
        results,
        new Map([
          ["/films/talk.mp4", film(25, 1)],
          ["/films/radio.mp3", sound],
        ]),
        options,
      ),
    );
    expect(edl).toMatch(/^TITLE: bridges & boats\nFCM: NON-DROP FRAME\n\n/);
    expect(events(edl)).toEqual([
      "001  AX       AA/V  C        00:01:00:00 00:01:02:00 01:00:00:00 01:00:02:00",
      "002  AX       A     C        00:00:05:00 00:00:06:00 01:00:02:00 01:00:03:00",
    ]);
    expect(edl).toContain(
      '* FROM CLIP NAME: radio.mp3\n* SOURCE FILE: /films/radio.mp3\n* COMMENT: Ada: she said "so" and left\n',
    );
  });

  it("at 29.97 is in drop-frame, and the times are still those of the clock to a frame", () => {
    const late = [result({ startMs: 3_600_000, endMs: 3_601_000 })];
    const edl = formatEdl(
      makeTimeline(
        late,
        new Map([["/films/talk.mp4", film(30_000, 1001, { durationMs: 7_200_000 })]]),
        options,
      ),
    );
    expect(edl).toContain("FCM: DROP FRAME");
    expect(events(edl)[0]).toBe(
      "001  AX       AA/V  C        01:00:00;00 01:00:01;01 01:00:00;00 01:00:01;01",
    );
  });

  it("counts from a source's own time code", () => {
    const edl = formatEdl(
      makeTimeline(
        [result({})],
        new Map([["/films/talk.mp4", film(25, 1, { timecode: "10:00:00:00" })]]),
        options,
      ),
    );
    expect(events(edl)[0]).toContain("10:01:00:00 10:01:02:00 01:00:00:00");
  });

  it("is padded within the file", () => {
    const { cuts } = makeTimeline(
      [result({ startMs: 200, endMs: 119_900 })],
      new Map([["/films/talk.mp4", film(25, 1)]]),
      { ...options, padMs: 1000 },
    );
    expect(cuts[0]).toMatchObject({ sourceStart: 0, frames: 3000 });
  });

  it("as OTIO has a clip and a marker a hit, and gaps where a file has no pictures", () => {
    const timeline = makeTimeline(
      results,
      new Map([
        ["/films/talk.mp4", film(25, 1)],
        ["/films/radio.mp3", sound],
      ]),
      options,
    );
    const otio = JSON.parse(formatOtio(timeline)) as {
      OTIO_SCHEMA: string;
      tracks: {
        OTIO_SCHEMA: string;
        children: { kind: string; children: Record<string, unknown>[] }[];
      };
    };
    expect([otio.OTIO_SCHEMA, otio.tracks.OTIO_SCHEMA]).toEqual(["Timeline.1", "Stack.1"]);
    expect(
      otio.tracks.children.map(({ kind, children }) => [
        kind,
        children.map(({ OTIO_SCHEMA }) => OTIO_SCHEMA),
      ]),
    ).toEqual([
      ["Video", ["Clip.2", "Gap.1"]],
      ["Audio", ["Clip.2", "Clip.2"]],
    ]);
    const time = (value: number) => ({ OTIO_SCHEMA: "RationalTime.1", rate: 25, value });
    expect(otio.tracks.children[1]?.children[1]).toMatchObject({
      source_range: { OTIO_SCHEMA: "TimeRange.1", start_time: time(125), duration: time(25) },
      markers: [
        {
          OTIO_SCHEMA: "Marker.2",
          name: 'she said "so" and left',
          marked_range: { start_time: time(125), duration: time(25) },
        },
      ],
      media_references: {
        DEFAULT_MEDIA: {
          OTIO_SCHEMA: "ExternalReference.1",
          target_url: "file:///films/radio.mp3",
          available_range: { duration: time(2250) },
        },
      },
    });
  });

  it("as FCPXML has whole frames only, each file once, and escapes", () => {
    const twice = [
      ...results,
      result({ number: 3, startMs: 1010, endMs: 2020, text: "a < b & c" }),
    ];
    const xml = formatFcpxml(
      makeTimeline(
        twice,
        new Map([
          ["/films/talk.mp4", film(30_000, 1001)],
          ["/films/radio.mp3", sound],
        ]),
        options,
      ),
    );
    expect(xml).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1\.10">/,
    );
    expect([...xml.matchAll(/<asset id="(\w+)"/g)].map(([, id]) => id)).toEqual(["r2", "r3"]);
    expect([...xml.matchAll(/<asset-clip ref="(\w+)"/g)].map(([, ref]) => ref)).toEqual([
      "r2",
      "r3",
      "r2",
    ]);
    for (const [, top, bottom] of xml.matchAll(/(?:offset|start|duration)="(\d+)\/(\d+)s"/g))
      expect([Number(top) % 1001, Number(bottom)]).toEqual([0, 30_000]);
    expect(xml).toContain('value="a &lt; b &amp; c"');
    expect(xml).toContain('<project name="bridges &amp; boats">');
    const offsets = [
      ...xml.matchAll(
        /offset="(?:(\d+)\/30000|(\d+))s" start="[^"]+" duration="(?:(\d+)\/30000|(\d+))s"/g,
      ),
    ].map(([, a, b, c, d]) => [Number(a ?? Number(b) * 30_000), Number(c ?? Number(d) * 30_000)]);
    expect(offsets).toHaveLength(3);
    for (let i = 1; i < offsets.length; i++)
      expect(offsets[i]?.[0]).toBe((offsets[i - 1]?.[0] ?? 0) + (offsets[i - 1]?.[1] ?? 0));
    const open: string[] = [];
    const wrong: string[] = [];
    for (const [, end, name = "", self] of xml.matchAll(/<(\/?)([a-z-]+)(?:\s[^>]*?)?(\/?)>/g))
      if (!end && !self) open.push(name);
      else if (end && open.pop() !== name) wrong.push(name);
    expect([...open, ...wrong]).toEqual([]);
  });

  it("as M3U has the seconds for VLC", () => {
    expect(formatM3u([result({ startMs: 61_500, endMs: 63_000, speaker: "Ada" })], 500)).toBe(
      "#EXTM3U\n#EXTINF:3,talk.mp4 0:01:01 Ada: one\n#EXTVLCOPT:start-time=61.000\n#EXTVLCOPT:stop-time=63.500\nfile:///films/talk.mp4\n",
    );
  });

  it("as M3U can be opened whatever signs of addresses are in a name", () => {
    const path = "/films/Episode #1, 100%41.mp3";
    expect(formatM3u([result({ path })], 0)).toContain(
      "\nfile:///films/Episode%20%231,%20100%2541.mp3\n",
    );
    expect(formatM3uFiles([{ path, title: "a", durationMs: null }])).toContain("%231,%20100%2541");
    expect(formatM3uFiles([{ path: "s3://films/a #1.mp3", title: "a", durationMs: 1 }])).toContain(
      "\ns3://films/a #1.mp3\n",
    );
  });
});

describe("Markdown", () => {
  const page = (results: readonly SearchResult[]): ResultPage => ({
    query: "a*b",
    mode: "keyword",
    total: 12,
    momentTotal: 12,
    totalIs: "all",
    offset: 0,
    results,
    didYouMean: null,
    note: null,
  });
  it("links to the moment, marks matches, and takes nothing that was said for markup", () => {
    const text = pageMarkdown(
      page([
        result({
          file: "my films/talk (1).mp4",
          text: "the *bridge* [is](x) #1",
          speaker: "Ada_L",
        }),
      ]),
      (said) => [
        { text: said.slice(0, 4), matched: false },
        { text: said.slice(4), matched: true },
      ],
      false,
    );
    expect(text).toContain("# a\\*b\n\n1 of 12 hits\n");
    expect(text).toContain("(my%20films/talk%20%281%29.mp4#t=60)");
    expect(text).toContain("*Ada\\_L:* the **\\*bridge\\* \\[is\\](x) \\#1**");
  });

  it("joins what one speaker says, up to a point", () => {
    const lines = Array.from({ length: 10 }, (_, i) => ({
      startMs: i * 1000,
      endMs: i * 1000 + 900,
      speaker: "Ada",
      text: `s${i}`,
    }));
    const text = transcriptMarkdown(
      "a.mp3",
      ["0:00:10"],
      [...lines, { startMs: 10_000, endMs: 11_000, speaker: null, text: "end" }],
    );
    expect(text.split("\n\n")).toEqual([
      "# a.mp3",
      "0:00:10",
      "[0:00:00](a.mp3#t=0) **Ada:** s0 s1 s2 s3 s4 s5 s6 s7",
      "[0:00:08](a.mp3#t=8) **Ada:** s8 s9",
      "[0:00:10](a.mp3#t=10) end\n",
    ]);
  });
});

const unmarked = (text: string) => [{ text, matched: false }];
const page = (more: Partial<ResultPage>): ResultPage => ({
  query: "q",
  mode: "keyword",
  total: 1,
  momentTotal: 1,
  totalIs: "all",
  offset: 0,
  results: [result({})],
  didYouMean: null,
  note: null,
  ...more,
});

describe("Markdown of odd names and queries", () => {
  it("keeps headings, links and lines, and lets no command through to a terminal", () => {
    const odd = "a\n# b\u001b[31m.mp3";
    const line = { startMs: 0, endMs: 1, speaker: "A\nB", text: "x\ny\u0007" };
    const texts = [
      pageMarkdown(
        page({ query: odd, results: [result({ file: odd, ...line, before: [line] })] }),
        unmarked,
        false,
      ),
      pageMarkdown(page({ results: [result({ file: odd })] }), unmarked, true),
      transcriptMarkdown(odd, [odd], [line]),
    ];
    // oxlint-disable-next-line no-control-regex -- what must not be there
    for (const text of texts) expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|^# b/m);
    expect(texts[0]).toMatch(
      /^# a \\# b\ufffd\\\[31m\.mp3\n\n1 hit\n\n1\. \[a \\# b.* 0:00:00\]\(a%0A%23%20b%1B%5B31m\.mp3#t=0\) {2}\n {3}0:00:00 \*A B:\* x y\ufffd {2}\n {3}\*A B:\* x y\ufffd\n$/,
    );
  });

  it("says what the number of ranked hits is", () => {
    expect(pageMarkdown(page({ total: 1000, totalIs: "ranked" }), unmarked, false)).toContain(
      "\n\n1 of the best 1,000\n",
    );
    expect(pageMarkdown(page({ total: 12 }), unmarked, false)).toContain("\n\n1 of 12 hits\n");
  });
});

describe("text on a screen", () => {
  const shown = (text: string, more: Partial<SearchResult> = {}, columns = 34) =>
    pageText(
      [result({ text, ...more })],
      {
        columns,
        link: (said) => said,
        paint: (style, said) => (style === "yellow" || style[1] === "yellow" ? `<${said}>` : said),
        mark: (said) => markMatches(said, ["図書館", "boats"]),
      },
      false,
    )
      .split("\n")
      .slice(1, -1);

  it("of scripts without spaces is wrapped to its width, no line begins with the sign that ends a sentence", () => {
    const lines = shown(
      "新しい図書館は来年の春に駅前で開館する予定です。市長は、予算が足りないかもしれないと述べました。",
    );
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.map((line) => line.trim()).join("")).toBe(
      "新しい<図書館>は来年の春に駅前で開館する予定です。市長は、予算が足りないかもしれないと述べました。",
    );
    for (const line of lines) {
      expect(displayWidth(line.replace(/[<>]/g, ""))).toBeLessThanOrEqual(36);
      expect(line.trim()).not.toMatch(/^[。、]/);
    }
    expect(
      shown("a https://example.org/a/very/long/address/without/any/space b").join("|"),
    ).toContain("https://example.org/a/very/long/address/without/any/space");
    expect(shown("one two three four five six seven")).toEqual([
      "    one two three four five six",
      "    seven",
    ]);
  });

  it("marks matches in the lines around a hit too", () => {
    expect(
      shown(
        "here",
        { before: [{ startMs: 0, endMs: 1, speaker: null, text: "the boats left" }] },
        80,
      ),
    ).toEqual(["    0:00:00 the <boats> left", "    here"]);
  });
});

describe("tables", () => {
  it("as TSV keep a record on its line; as CSV quote what needs it", () => {
    const rows = [
      { a: 'x "y", z', b: "tab\there\nand break" },
      { a: null, b: ["p", "q"] },
    ];
    expect(formatTable(["a", "b"], rows, { format: "tsv" })).toBe(
      'a\tb\nx "y", z\ttab here and break\n\tp; q\n',
    );
    expect(formatTable(["a", "b"], rows, { format: "csv" })).toBe(
      'a,b\r\n"x ""y"", z","tab\there\nand break"\r\n,p; q\r\n',
    );
  });
});
