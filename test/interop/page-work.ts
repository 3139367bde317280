import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";

export interface Journey {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly origin: string;
  /** Notes what must be true, and what was seen. */
  note(what: string, isTrue: boolean, seen?: unknown): void;
  /** Holds the view that is shown to the rules of axe-core, light and dark. */
  accessible(view: string): Promise<void>;
}

/** Hears a recording: words, keys, a part of it as a link and as a clip. */
export async function listenTo({ context, page, origin, note, accessible }: Journey) {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${origin}/files?name=kitchen`);
  await page.getByRole("link", { name: "kitchen.mov" }).click();
  const first = page.locator(".lines li").first();
  await first.locator(".line").click();
  const word = page.locator(".said-now");
  await word.waitFor();
  const [said, line] = [await word.innerText(), await first.innerText()];
  note("the word that is said is marked", said !== "" && line.includes(said), said);
  await word.filter({ hasNotText: said }).waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press(">");
  note(
    "a key makes it faster",
    (await page.evaluate("document.querySelector('video').playbackRate")) === 1.25,
  );

  await page.evaluate(`getSelection().selectAllChildren(document.querySelector(".lines li"))`);
  await page.getByRole("button", { name: "Copy link", exact: true }).click();
  const link = String(await page.evaluate("navigator.clipboard.readText()"));
  note("a selection has a link with both ends", /#t=[\d.]+,[\d.]+$/.test(link), link);
  await page.getByRole("button", { name: "Copy with times" }).click();
  const text = String(await page.evaluate("navigator.clipboard.readText()"));
  note("a selection is copied with times", /^\[\d+:\d\d\] /.test(text), text);
  await accessible("a selection");
  await page.getByRole("button", { name: "Make a clip" }).click();
  await page.getByRole("link", { name: "Download the clip" }).waitFor();
  note("a selection becomes a clip", true);
  await page.goto(link);
  await page.locator(".lines .current").waitFor();

  await page.getByRole("button", { name: "Add tags" }).click();
  await page.getByLabel("Tags, separated by commas").fill("food, home");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("link", { name: "food" }).click();
  await page.getByRole("link", { name: "kitchen.mov" }).waitFor();
  note("a tag leads to its recordings", page.url().endsWith("tag=food"), page.url());
  await accessible("recordings");
}

/** Plays what a browser can't, from its middle, and seeks in it. */
export async function playAnything({ page, origin, note }: Journey) {
  await page.goto(`${origin}/files?name=museum`);
  await page.getByRole("link", { name: "museum.avi" }).click();
  const line = page.locator(".lines li .line").first();
  await line.waitFor();
  // The browser finds out by itself that it can't play the file.
  const videoState = (): Promise<unknown> =>
    page.evaluate(
      "((v) => v && { time: v.currentTime, length: v.duration, state: v.readyState })(document.querySelector('video'))",
    );
  const ready = async (least: number, time: number): Promise<boolean> => {
    for (let tries = 0; tries < 100; tries++) {
      const seen = (await videoState()) as { time: number; state: number } | null;
      if (seen && seen.state >= least && seen.time >= time) return true;
      await page.waitForTimeout(200);
    }
    return false;
  };
  note("a film that browsers can't play is ready", await ready(2, 0), await videoState());
  await line.click();
  note("it plays", await ready(2, 0.5), await videoState());
  await page.evaluate("document.querySelector('video').currentTime = 2.5");
  note("it can be sought", await ready(2, 2.6), JSON.stringify(await videoState()));
  await page.goto(`${origin}/?q=museum&mode=semantic`);
  await page.locator("a.hit").first().waitFor();
  const picture = page.locator("img.still").first();
  await picture.waitFor();
  await picture.evaluate("(image) => image.decode()");
  note("a hit in a film has its picture", true);
}

/** Keeps a search, and makes a supercut and a collection of its hits. */
export async function collectHits({ page, origin, note, accessible }: Journey) {
  await page.goto(`${origin}/?q=river&mode=keyword`);
  await page.locator("a.hit").first().waitFor();
  const boxes = page.getByLabel(/^Select /);
  const count = await boxes.count();
  for (let index = 0; index < count; index++) await boxes.nth(index).check();
  note("hits can be ticked", count > 1, count);
  await accessible("ticked hits");
  await page.getByRole("button", { name: "Make a supercut" }).click();
  await page.getByRole("link", { name: "Download the clip" }).waitFor();
  const href = await page.getByRole("link", { name: "Download the clip" }).getAttribute("href");
  const clip = await page.request.get(`${origin}${href}`);
  note("a supercut can be fetched", clip.ok() && (await clip.body()).length > 1000, clip.status());
  await page.getByLabel("Collection", { exact: true }).fill("Rivers");
  await page.getByRole("button", { name: "Add to collection" }).click();
  await page.getByText("added to Rivers").waitFor();

  await page.getByRole("button", { name: "Save this search" }).click();
  await page.getByLabel("Name of the search").fill("All rivers");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("saved", { exact: true }).waitFor();
  await page.goto(origin);
  await page.getByRole("link", { name: "All rivers" }).click();
  await page.locator("a.hit").first().waitFor();
  note(
    "a saved search is the same search",
    page.url().includes("mode=keyword") && page.url().includes("q=river"),
    page.url(),
  );
  await page.goto(`${origin}/collections`);
  await accessible("collections");
  await page.getByRole("link", { name: "Rivers" }).click();
  await page.getByRole("heading", { name: "Rivers" }).waitFor();
  await page.getByRole("link", { name: "lecture.mp3" }).waitFor();
  note("a collection lists its recordings", true);
}

/** Uploads a file by dropping it, and finds its words. */
export async function upload({ page, origin, note, accessible }: Journey, fixtures: string) {
  const bytes = readFileSync(join(fixtures, "news.en.srt")).toString("base64");
  await page.goto(origin);
  await page.locator(".home").getByText("of sound").waitFor();
  await page.evaluate(`{
    const content = Uint8Array.from(atob("${bytes}"), (letter) => letter.codePointAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], "evening news.srt"));
    dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
  }`);
  await page.getByText("was sent, and is indexed now").waitFor();
  await accessible("uploads");
  await page
    .locator(".jobs li", { hasText: /index\s+done/ })
    .first()
    .waitFor();
  await page.goto(`${origin}/files?name=evening`);
  await page.getByRole("link", { name: "evening news.srt" }).waitFor();
  note("a dropped file is indexed", true);
}

/** A reader sees what he may do, and nothing else. */
export async function readOnly({ page, origin, note }: Journey, key: string) {
  await page.goto(`${origin}/signin`);
  await page.getByLabel("Key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("recordings").first().waitFor();
  await page.goto(`${origin}/?q=river&mode=keyword`);
  await page.locator("a.hit").first().click();
  await page.locator(".lines li").first().waitFor();
  const offers = await page.getByRole("button", { name: /Correct|Rename|Make a clip/ }).count();
  note("a reader is offered no change", offers === 0, offers);
  note(
    "a reader without the scope sees no player",
    (await page.locator("audio, video").count()) === 0,
  );
}
