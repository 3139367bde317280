import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Handler, sendBytes, serveHttp } from "../helpers/http.ts";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

/** Stubs in place of models: what is fetched is what matters here. */
const env = { LINKS_PRIVATE: "true", ASR_ENGINE: "STUB", EMBEDDING_MODEL: "stub" };

const episode = (name: string, title: string, more = ""): string =>
  `<item><title>${title}</title><guid>${name}</guid><pubDate>Fri, 05 Jun 2026 10:00:00 GMT</pubDate>` +
  `<enclosure url="/${name}" type="audio/mpeg"/>${more}</item>`;
const TRANSCRIPT = '<podcast:transcript url="/words?of=lecture" type="text/vtt" language="en"/>';

interface Published {
  readonly base: string;
  readonly asked: string[];
  /** Adds an episode to the feed. */
  publish(item: string): void;
}

/** A host of recordings and of a podcast. */
async function host(): Promise<Published> {
  const items = [episode("lecture.mp3", "Rivers", TRANSCRIPT)];
  const asked: string[] = [];
  const file = (name: string): Handler => sendBytes(readFileSync(join(FIXTURES, name)));
  const base = await serveHttp((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    if (path === "/feed.xml")
      response.end(
        `<rss xmlns:podcast="x"><channel><title>Town</title>${items.join("")}</channel></rss>`,
      );
    else if (path.startsWith("/words")) response.end(readFileSync(join(FIXTURES, "lecture.vtt")));
    else if (path === "/page") response.end("<!doctype html><p>A player</p>");
    else if (path === "/gone.mp3") response.writeHead(404).end();
    else file(path.slice(1))(request, response);
  });
  return { base, asked, publish: (item) => void items.push(item) };
}

interface Listed {
  readonly files: readonly Record<string, unknown>[];
}

describe("links as places", () => {
  it("index a podcast with its transcripts, and what is new of it without paths", async () => {
    const home = tempFolder();
    const { base, asked, publish } = await host();
    const run = (...argv: readonly string[]): Promise<Result> =>
      mediasearch(argv, { home, cwd: home, env });
    const first = await run("index", `${base}/feed.xml`);
    expect([first.exitCode, first.stderr]).toEqual([
      0,
      expect.stringContaining("indexed 1 (1 from captions, 0 recognised)"),
    ]);
    expect(asked).toContain("/words?of=lecture");
    const { stdout } = await run("list", "--json");
    expect((JSON.parse(stdout) as Listed).files).toMatchObject([
      { file: `${base}/lecture.mp3`, language: "en", recorded: "2026-06-05T10:00:00.000Z" },
    ]);
    expect((await run("search", "rivers", "--links", "--mode", "keyword")).stdout).toContain(
      `${base}/lecture.mp3#t=`,
    );
    asked.length = 0;
    publish(episode("bridge.mp3", "Bridge"));
    const second = await run("index");
    expect(second.stderr).toContain("indexed 1 (0 from captions, 1 recognised), 1 unchanged");
    expect(asked).not.toContain("/lecture.mp3");
    expect((await run("folders")).stdout).toMatch(/feed\.xml {2}podcast, last look/);
  });

  it("index one recording, know it again, and tell what can't be read", async () => {
    const home = tempFolder();
    const { base } = await host();
    const run = (...argv: readonly string[]): Promise<Result> =>
      mediasearch(argv, { home, cwd: home, env });
    expect((await run("index", `${base}/bridge.mp3#t=10`)).stderr).toContain("1 recognised");
    expect((await run("index", `${base}/bridge.mp3`)).stderr).toContain("1 unchanged");
    const clip = await run("search", "stub", "--clip", "1", "--output", "clip.mp3");
    expect([clip.exitCode, clip.stderr]).toEqual([0, expect.stringContaining("clip.mp3")]);
    const page = await run("index", `${base}/page`);
    expect([page.exitCode, page.stderr]).toEqual([
      3,
      expect.stringContaining("is a web page, not a recording; yt-dlp can download it"),
    ]);
    expect((await run("index", `${base}/gone.mp3`)).stderr).toContain("does not exist (HTTP 404)");
    const locked = await run("index", "http://ann:secret@example.org/a.mp3");
    expect([locked.exitCode, locked.stderr]).toEqual([2, expect.not.stringContaining("secret")]);
    const unasked = await mediasearch(["index", `${base}/bridge.mp3`], {
      home,
      env: { ...env, LINKS_PRIVATE: "false" },
    });
    expect(unasked.stderr).toContain("leads to a private address");
    const backup = await run("backup", `${base}/library.backup`);
    expect([backup.exitCode, backup.stderr]).toEqual([
      2,
      expect.stringContaining("nothing can be written behind a link"),
    ]);
  });
});
