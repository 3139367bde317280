import { hostname } from "node:os";
import type { CliStreams, OutputStream } from "../terminal/io.ts";
import { isRemote } from "../location.ts";

/** Makes text a link to a moment, or leaves it as it is. */
export type Link = (text: string, path: string, startMs: number) => string;

export type LinkMode = "auto" | "always" | "never";

/** Terminals that open OSC 8 links, by what they say of themselves. */
const OPENS: readonly ((env: CliStreams["env"]) => boolean)[] = [
  (env) => Number(env["VTE_VERSION"] ?? 0) >= 5000,
  (env) =>
    /^(iTerm\.app|WezTerm|vscode|ghostty|Hyper|mintty|rio|Tabby|zed|contour)$/i.test(
      env["TERM_PROGRAM"] ?? "",
    ),
  (env) =>
    env["TERM_PROGRAM"] === "tmux" && Number.parseFloat(env["TERM_PROGRAM_VERSION"] ?? "0") >= 3.4,
  (env) =>
    env["WT_SESSION"] !== undefined ||
    env["KONSOLE_VERSION"] !== undefined ||
    env["DOMTERM"] !== undefined,
  (env) => /kitty|alacritty|foot|ghostty/.test(env["TERM"] ?? ""),
];

/**
 * https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda: only to a terminal, and only
 * to one that is known to open links.
 */
export function linker(
  sink: OutputStream,
  env: CliStreams["env"],
  { mode, template }: { readonly mode: LinkMode; readonly template: string },
): Link {
  const isOn =
    mode === "always" ||
    (mode === "auto" &&
      sink.isTTY === true &&
      env["TERM"] !== "dumb" &&
      OPENS.some((opens) => opens(env)));
  if (!isOn) return (text) => text;
  // Objects open by addresses that are signed for a while: `--links`.
  return (text, path, startMs) =>
    isRemote(path)
      ? text
      : `\u001b]8;;${timedUri(template, path, startMs)}\u001b\\${text}\u001b]8;;\u001b\\`;
}

/** Fills a template: {host}, {path} (absolute, percent-encoded), {seconds}, {ms}. */
export function timedUri(template: string, path: string, startMs: number): string {
  const steps = path
    .toWellFormed()
    .replaceAll("\\", "/")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
  const values: Readonly<Record<string, string>> = {
    host: hostname(),
    path: steps.startsWith("/") ? steps : `/${steps}`,
    seconds: String(Math.floor(startMs / 1000)),
    ms: String(startMs),
  };
  return template.replace(/\{(host|path|seconds|ms)\}/g, (_, name: string) => values[name] ?? "");
}
