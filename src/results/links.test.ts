import { describe, expect, it } from "vitest";
import { linker, timedUri } from "./links.ts";

describe("links", () => {
  const sink = { write: () => {}, isTTY: true };
  const settings = { mode: "auto", template: "file://{host}{path}#t={seconds}" } as const;
  it("are made on terminals that open them, and nowhere else", () => {
    const made = (env: Record<string, string>, isTTY = true) =>
      linker({ ...sink, isTTY }, env, settings)("x", "/a b", 61_900).includes("\u001b]8;;file://");
    for (const env of [
      { VTE_VERSION: "7200" },
      { TERM_PROGRAM: "WezTerm" },
      { TERM: "xterm-kitty" },
      { WT_SESSION: "1" },
      { TERM_PROGRAM: "tmux", TERM_PROGRAM_VERSION: "3.4" },
    ])
      expect(made(env), JSON.stringify(env)).toBe(true);
    for (const env of [
      {},
      { TERM: "xterm-256color" },
      { VTE_VERSION: "4601" },
      { TERM_PROGRAM: "tmux", TERM_PROGRAM_VERSION: "3.3a" },
      { VTE_VERSION: "7200", TERM: "dumb" },
    ])
      expect(made(env), JSON.stringify(env)).toBe(false);
    expect(made({ VTE_VERSION: "7200" }, false)).toBe(false);
    expect(
      linker({ ...sink, isTTY: false }, {}, { ...settings, mode: "always" })("x", "/a", 0),
    ).toContain("\u001b]8;;");
    expect(
      linker(sink, { VTE_VERSION: "7200" }, { ...settings, mode: "never" })("x", "/a", 0),
    ).toBe("x");
  });

  it("name the file and the time, whatever is in the name", () => {
    expect(timedUri("file://{path}#t={seconds}", "/a b/ü#1?.mp4", 61_900)).toBe(
      "file:///a%20b/%C3%BC%231%3F.mp4#t=61",
    );
    expect(timedUri("player:{path}@{ms}", "/x\u001b\u0007.mp4", 5)).toBe("player:/x%1B%07.mp4@5");
  });
});
