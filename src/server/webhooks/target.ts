import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { MediasearchError } from "../../errors.ts";
import { hasPrivateHost, publicLookup } from "../../public-address.ts";

/**
 * Reads where a webhook is to be sent.
 * @throws USAGE for what is no address of the internet over TLS, unless private ones are allowed.
 */
export function parseTarget(text: string, allowsPrivate: boolean): URL {
  const url = URL.parse(text);
  const refuse = (why: string): never => {
    throw new MediasearchError("USAGE", `url: ${why}`, {
      subject: "url",
      hint: "an address such as https://example.org/hook; SERVE_WEBHOOK_PRIVATE allows others",
    });
  };
  if (!url) return refuse("is no address");
  if (url.username !== "" || url.password !== "") return refuse("must have no password in it");
  if (!["https:", "http:"].includes(url.protocol)) return refuse("must be https");
  if (allowsPrivate) return url;
  if (url.protocol !== "https:") return refuse("must be https");
  if (hasPrivateHost(url)) return refuse("is a private address");
  return url;
}

const TIMEOUT_MS = 10_000;

/** Posts a body. Redirects are not followed. @returns the status; rejects when nobody answers. */
export function postTo(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  allowsPrivate: boolean,
): Promise<number> {
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start(url, {
      method: "POST",
      headers: { ...headers, "Content-Length": String(Buffer.byteLength(body)) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(allowsPrivate ? {} : { lookup: publicLookup }),
    });
    request.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on("error", reject);
    request.end(body);
  });
}
