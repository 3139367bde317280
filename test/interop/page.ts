import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { collectHits, listenTo, playAnything, readOnly, upload } from "./page-work.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BIN = join(ROOT, "bin/mediasearch.js");
const CHROMIUM = "/usr/bin/chromium";
const ORIGIN = "http://127.0.0.1:7411";
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const HOSTILE = `WEBVTT

00:00:01.000 --> 00:00:04.000
<v Mallory>&lt;script&gt;document.title = "broken"&lt;/script&gt; budget 😀

00:00:05.000 --> 00:00:09.000
<v شهرزاد>مرحبا بالعالم budget

00:00:10.000 --> 00:00:12.000
The river \u202e turned budget
`;

interface Served {
  readonly process: ChildProcess;
  /** The link that signs in once. */
  readonly link: string;
  /** Opens searches and transcripts. */
  readonly key: string;
}

/** Indexes fixtures and serves them. */
async function serve(folder: string): Promise<Served> {
  const media = join(folder, "media");
  mkdirSync(media);
  for (const name of ["lecture.mp3", "lecture.vtt", "minutes.vtt", "kitchen.mov", "museum.avi"])
    copyFileSync(join(ROOT, "fixtures/media", name), join(media, name));
  writeFileSync(join(media, "hostile.vtt"), HOSTILE);
  const env = {
    ...process.env,
    MEDIASEARCH_HOME: join(folder, "home"),
    SERVE_UPLOADS: join(folder, "uploads"),
  };
  spawnSync(process.execPath, [BIN, "index", media], { env });
  const args = ["keys", "create", "--scopes", "search,read", "--json"];
  const { stdout } = spawnSync(process.execPath, [BIN, ...args], { env, encoding: "utf8" });
  const { key } = JSON.parse(stdout) as { readonly key: string };
  const child = spawn(process.execPath, [BIN, "serve", "--listen", "127.0.0.1:7411"], { env });
  const link = await new Promise<string>((resolve, reject) => {
    let text = "";
    const read = (bytes: Buffer): void => {
      text += String(bytes);
      const [found] = /http\S*\/signin\/link\S*/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", () => reject(new Error(`serve ended: ${text}`)));
  });
  return { process: child, link, key };
}

/** Rules of axe-core that the page breaks. */
async function violations(context: BrowserContext, page: Page): Promise<readonly string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const session = await context.newCDPSession(page);
  // Through the debugger: the page's own policy takes no script of ours.
  const { result } = await session.send("Runtime.evaluate", {
    expression: `${axe};axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))`,
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value as readonly string[];
}

/** What must be true, and what was seen. */
type Finding = readonly [what: string, isTrue: boolean, seen: unknown];

async function journeys(
  context: BrowserContext,
  page: Page,
  { link, key }: Served,
): Promise<Finding[]> {
  const found: Finding[] = [];
  const note = (what: string, isTrue: boolean, seen: unknown = ""): void =>
    void found.push([what, isTrue, seen]);
  const accessible = async (view: string): Promise<void> => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const broken = await violations(context, page);
      note(`${view} is accessible (${colorScheme})`, broken.length === 0, broken);
    }
  };
  const journey = { context, page, origin: ORIGIN, note, accessible };
  await page.goto(link);
  note("the link signs in", page.url() === `${ORIGIN}/`, page.url());
  await page.getByText("recordings").first().waitFor();
  await accessible("home");

  await page.getByRole("searchbox").fill("river bend");
  await page.locator("a.hit").first().waitFor();
  note("the address holds the search", page.url().includes("q=river"), page.url());
  note("words are marked", (await page.locator("a.hit mark").count()) > 0);
  await accessible("results");

  await page.getByText("Why does the river bend").click();
  await page.locator(".lines .current").waitFor();
  const current = await page.locator(".lines .current").innerText();
  note("the line of the hit is the current one", current.includes("river bend"), current);
  note("the player is at the moment", (await playerSeconds(page)) > 3, await playerSeconds(page));
  await page.getByText("Because the ground is flat").click();
  await page.waitForFunction("document.querySelector('audio').currentTime > 6");
  await accessible("recording");

  await page.getByRole("button", { name: "Correct the line at 0:07" }).click();
  await page.getByLabel("Text of the line").fill("Because the ground is level there.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("ground is level").waitFor();
  await page.goto(`${ORIGIN}/?q=level+ground`);
  await page.locator("a.hit", { hasText: "ground is level" }).waitFor();
  note("a correction is found at once", true);

  await page.goto(`${ORIGIN}/?q=budget+speaker:mallory`);
  await page.locator("a.hit", { hasText: "script" }).first().click();
  await page.locator(".lines li").first().waitFor();
  note(
    "text of a transcript is text",
    (await page.title()).includes("hostile"),
    await page.title(),
  );
  await page.setViewportSize({ width: 390, height: 844 });
  const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
  note("a phone needs no sideways scrolling", width <= 390, width);
  await listenTo(journey);
  await playAnything(journey);
  await collectHits(journey);
  await upload(journey, join(ROOT, "fixtures/media"));
  for (const view of ["/work", "/keys", "/audit", "/docs"]) {
    await page.goto(`${ORIGIN}${view}`);
    await page.locator("h2, table").first().waitFor();
    await accessible(view);
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.goto(link);
  note("a link works once", page.url().includes("failed=link"), page.url());
  await accessible("sign in");
  await readOnly(journey, key);
  return found;
}

const playerSeconds = async (page: Page): Promise<number> =>
  Number(await page.evaluate("document.querySelector('audio').currentTime"));

/** A reader, an editor and an admin in a real Chromium (Debian's: apt-get install chromium). */
export async function runPage(): Promise<boolean> {
  if (!existsSync(CHROMIUM)) {
    process.stderr.write(`page: left out, it needs ${CHROMIUM} (apt-get install chromium)\n`);
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-page-"));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  const served = await serve(folder);
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    const elsewhere: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => {
      if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(ORIGIN))
        elsewhere.push(request.url());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) complaints.push(message.text());
    });
    const found: readonly Finding[] = [
      ...(await journeys(context, page, served)),
      ["no other host is asked", elsewhere.length === 0, elsewhere],
      ["nothing fails in the page", complaints.length === 0, complaints],
    ];
    for (const [what, isTrue, seen] of found)
      process.stdout.write(`${isTrue ? "ok    " : "failed"} ${what}${isTrue ? "" : `: ${seen}`}\n`);
    return found.every(([, isTrue]) => isTrue);
  } finally {
    served.process.kill();
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
