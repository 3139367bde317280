import { dirname, posix, relative, resolve } from "node:path";

/** What draws on terminals, under src/. */
export const VIEWS = ["commands/index/live-view", "commands/search/interactive/screen"];

/**
 * A module asks for files by its own address: that stays the one that it would have if it were
 * compiled alone.
 * @param {string} root
 */
const ownAddress = (root) => ({
  name: "own-address",
  /** @param {string} code @param {string} id */
  transform(code, id) {
    if (!code.includes("import.meta.url") || !id.startsWith(`${root}src`)) return null;
    return code.replaceAll(
      "import.meta.url",
      `OWN_ADDRESS(${JSON.stringify(relative(`${root}src`, id).replaceAll("\\", "/").replace(/\.ts$/, ".js"))})`,
    );
  },
  /** @param {string} code @param {{ fileName: string }} chunk */
  renderChunk(code, { fileName }) {
    return code.replaceAll(
      /OWN_ADDRESS\("([^"]+)"\)/g,
      (_, path) =>
        `new URL(${JSON.stringify(posix.relative(posix.dirname(`/${fileName}`), `/${path}`))}, require("node:url").pathToFileURL(__filename)).href`,
    );
  },
});

/**
 * Importing node:process makes stdin, stdout and stderr, and what commander
 * starts other programs with is never used here. The two packages that every command loads get the
 * global, and nothing: 1.3 ms less for every command, 3 for a search.
 * @type {Record<string, string>}
 */
const LIGHT = {
  "node:process": "export default globalThis.process",
  "node:child_process": "export default {}",
  // The server speaks HTTP/1.1; what its adapter asks of HTTP/2 is whether a request is of it.
  "node:http2":
    "export class Http2ServerRequest {}; export const constants = { NGHTTP2_NO_ERROR: 0 };",
};
/** @param {string} source @param {string | undefined} importer */
export const isLight = (source, importer) =>
  source in LIGHT && /node_modules[\\/](?:commander|env-paths|@hono)[\\/]/.test(importer ?? "");
const lightBuiltins = {
  name: "light-builtins",
  /** @param {string} source @param {string | undefined} importer */
  resolveId: (source, importer) => (isLight(source, importer) ? `\0light:${source}` : null),
  /** @param {string} id */
  load: (id) => (id.startsWith("\0light:") ? LIGHT[id.slice("\0light:".length)] : null),
};

/**
 * What is imported of a builtin as a whole would be copied, name by name, which loads what stands
 * behind each getter: node:fs/promises, streams, watchers. 3 ms less for every command.
 */
const wholeBuiltins = {
  name: "whole-builtins",
  /** @param {string} code */
  renderChunk: (code) =>
    code.replaceAll(
      /^(node_\w+) = \S+\.__toESM\(\1, 1\);$/gm,
      "$1 = Object.assign(Object.create($1), { default: $1 });",
    ),
};

/**
 * Packages look for their native parts beside their own JavaScript. That is in dist/ now, so
 * modules of src/ take the place of those that look.
 * @type {readonly (readonly [RegExp, string])[]}
 */
const BINDINGS = [
  [
    /node_modules[\\/]better-sqlite3[\\/]lib[\\/]binding\.js$/,
    "src/backends/local/sqlite-binding.ts",
  ],
  [/node_modules[\\/]onnxruntime-node[\\/]dist[\\/]binding\.js$/, "src/models/onnx-binding.ts"],
  [/node_modules[\\/]node-av[\\/]dist[\\/]lib[\\/]binding\.js$/, "src/media/node-av-binding.ts"],
];
/** @param {string} root */
const nativeParts = (root) => ({
  name: "native-parts",
  /** @param {string} source @param {string | undefined} importer */
  resolveId(source, importer) {
    if (!source.startsWith(".") || importer === undefined) return null;
    const path = resolve(dirname(importer), source.replace(/(?:\.js)?$/, ".js"));
    const replaced = BINDINGS.find(([theirs]) => theirs.test(path));
    return replaced === undefined ? null : `${root}${replaced[1]}`;
  },
});

/**
 * The Kafka client's WebAssembly is a file beside its JavaScript, and there is a form of it that
 * holds the file.
 * @param {string} root
 */
const wasmInside = (root) => ({
  name: "wasm-inside",
  /** @param {string} source */
  resolveId: (source) =>
    source === "@platformatic/wasm-utils"
      ? `${root}node_modules/@platformatic/wasm-utils/dist/bundled.js`
      : null,
});

/** @param {string} root */
const viewsApart = (root) => ({
  name: "views-apart",
  /** @param {string} source @param {string | undefined} importer */
  resolveId(source, importer) {
    const path = relative(`${root}src`, resolve(dirname(importer ?? ""), source)).replaceAll(
      "\\",
      "/",
    );
    const view = VIEWS.find((one) => path === `${one}.ts`);
    return view === undefined ? null : { id: `./${posix.basename(view)}.mjs`, external: true };
  },
});

/** @param {string} root */
export const plugins = (root) => [
  lightBuiltins,
  wholeBuiltins,
  ownAddress(root),
  nativeParts(root),
  wasmInside(root),
  viewsApart(root),
];
