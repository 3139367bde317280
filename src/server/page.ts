import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { listItems } from "../config/serve-settings.ts";
import { HttpError } from "./problem.ts";
import type { Services } from "./route.ts";

/** What `npm run build` makes of `src/server/web/`. In a checkout the sources run as they are. */
const FOLDER = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/web/" : "../web/",
  import.meta.url,
);

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
};

/** Addresses of the page that one file answers; what they show is in the address. */
const VIEWS =
  /^\/(?:$|(?:f|files|work|keys|audit|speakers|collections|search|signin|docs)(?:\/|$))/;

/**
 * Serves the page: its files by name, and its views by `index.html` (`embed.html` below /embed/).
 * @throws HttpError 404, 405
 */
export async function servePage(request: Request, services: Services): Promise<Response> {
  if (!["GET", "HEAD"].includes(request.method))
    throw new HttpError(405, "USAGE", `${request.method} does not fit here`, {
      headers: { Allow: "GET, HEAD" },
    });
  const { pathname } = new URL(request.url);
  const isEmbed = pathname.startsWith("/embed/");
  const name = fileOf(pathname, isEmbed);
  const bytes = await readPageFile(name);
  if (bytes === undefined)
    throw new HttpError(404, "NOT_FOUND", `${pathname.slice(0, 200)}: there is nothing here`, {
      hint: "GET /openapi.json describes the API",
    });
  const isHashed = /-[\w-]{8,}\.(?:js|css)$/.test(name);
  return new Response(request.method === "HEAD" ? null : bytes, {
    headers: {
      "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
      "Cache-Control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
      "Content-Security-Policy": pagePolicy(isEmbed, services),
    },
  });
}

function fileOf(pathname: string, isEmbed: boolean): string {
  if (isEmbed) return "embed.html";
  return VIEWS.test(pathname) ? "index.html" : pathname.slice(1);
}

/** A name of one file, without folders above or hidden files. */
async function readPageFile(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!/^[\w-]+(?:\/[\w-]+)*(?:\.[\w-]+)+$/.test(name)) return undefined;
  try {
    return new Uint8Array(await readFile(new URL(name, FOLDER)));
  } catch (error) {
    if (["ENOENT", "EISDIR", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
}

function pagePolicy(isEmbed: boolean, { context }: Services): string {
  const frames = listItems(context.config.settings.serveFrames);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${isEmbed && frames.length > 0 ? frames.join(" ") : "'self'"}`,
  ].join("; ");
}
