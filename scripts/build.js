// Puts src/ together into few files in dist/, from nothing each time so that no file of an older build stays: a process that loads one file starts faster
// than one that loads fifty, and one that loads CommonJS faster than one that loads ES modules (bench/README.md). What packages bring stays outside, but
// for the small ones that every command or every search needs.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, posix, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { isolatedDeclarationSync } from "rolldown/experimental";

const root = fileURLToPath(new URL("..", import.meta.url));
const INSIDE = ["@noble/hashes", "better-sqlite3", "commander", "env-paths", "is-safe-filename"];
/** Each is a process of its own. */
const entries = [
  "src/start.ts",
  "src/library.ts",
  ...globSync("src/**/worker.ts", { cwd: root }),
].map((path) => path.replaceAll("\\", "/"));

/** A module asks for files by its own address: that stays the one that it would have if it were compiled alone. */
const ownAddress = {
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
};

/**
 * Importing node:process makes stdin, stdout and stderr (ten milliseconds), and what commander starts other programs with is never used here; so
 * those of the packages inside get the global, and nothing.
 */
const LIGHT = {
  "node:process": "export default globalThis.process",
  "node:child_process": "export default {}",
};
/** @param {string} id @param {string | undefined} importer */
const isLight = (id, importer) => id in LIGHT && importer?.includes("node_modules") === true;
const lightBuiltins = {
  name: "light-builtins",
  /** @param {string} source @param {string | undefined} importer */
  resolveId: (source, importer) => (isLight(source, importer) ? `\0light:${source}` : null),
  /** @param {string} id */
  load: (id) => (id.startsWith("\0light:") ? LIGHT[id.slice("\0light:".length)] : null),
};

/** Its modules are here, its native part stays where it was installed; to look for it in the folders of packages takes a millisecond less than to resolve its name. */
const FOUND =
  'require.resolve.paths("better-sqlite3").map((folder) => path.join(folder, "better-sqlite3", "lib")).find((folder) => fs.existsSync(folder)) ?? path.dirname(require.resolve("better-sqlite3"))';
const nativePart = {
  name: "native-part",
  /** @param {string} code @param {string} id */
  transform: (code, id) =>
    /[\\/]better-sqlite3[\\/]lib[\\/]binding\.js$/.test(id)
      ? code
          .replace("let DEFAULT_ADDON;", `let DEFAULT_ADDON;\nconst installed = () => ${FOUND};`)
          .replaceAll("__dirname", "installed()")
      : null,
};

/** It is CommonJS itself, and every search for a new query waits for it: `import()` would start Node's loader of ES modules, which takes four milliseconds. */
const REQUIRED = /\bimport\("(onnxruntime-node)"\)/g;
const required = {
  name: "required",
  /** @param {string} code */
  renderChunk: (code) =>
    code.replaceAll(
      REQUIRED,
      (_, name) =>
        `Promise.resolve().then(() => { const all = require("${name}"); return Object.assign({ default: all }, all); })`,
    ),
};

/**
 * To load a file takes half a millisecond, however small: what every command needs is one, and what every search needs another. Modules that only some
 * commands need stay out of these: of a file that is in the compile cache already, functions that nobody called then are compiled anew each time.
 */
const folder = (...paths) => new RegExp(`[\\\\/](?:${paths.join("|")})`.replaceAll("/", "[\\\\/]"));
const groups = [
  {
    name: "common",
    test: folder(
      "src/(?:errors|location|shell-words|version)\\.ts",
      "src/app/context\\.ts",
      "src/cli/tell\\.ts",
      "src/(?:asr|embed)/(?:registry|settings)\\.ts",
      "src/(?:asr|embed|backends)/[^/]+/settings\\.ts",
      "src/config/",
      "src/terminal/",
      "src/text/(?:format|strip-controls)\\.ts",
      "rolldown",
    ),
  },
  {
    name: "search",
    test: folder(
      "@noble/",
      "better-sqlite3/",
      "src/(?:search|text|backends/local|app/search)/",
      "src/embedding-model\\.ts",
      "src/app/(?:display-path|find-asset)\\.ts",
      "src/backends/(?:registry|lease)\\.ts",
      "src/embed/(?:remember-queries|passages|minilm/identify)\\.ts",
      "src/models/(?:catalogue|onnx-runtime)\\.ts",
      "src/results/(?:links|markdown|search-result|records|screen|timecode)\\.ts",
      "src/cli/(?:command|filter-flags|flags|output-format)\\.ts",
      "src/commands/search/(?:command|options|print)\\.ts",
    ),
  },
];

/** What is imported of Node as a whole would be copied, name by name; a package of ES modules comes as what it exports. */
const wholes = {
  name: "wholes",
  /** @param {string} code */
  renderChunk: (code) =>
    code
      .replaceAll(
        /^(node_\w+) = \S+\.__toESM\(\1, 1\);$/gm,
        "$1 = Object.assign(Object.create($1), { default: $1 });",
      )
      .replaceAll(
        /^(\w+) = (\S+\.__toESM\(\1, 1\));$/gm,
        '$1 = $1[Symbol.toStringTag] === "Module" ? $1 : $2;',
      ),
};

/** What draws on terminals stays ES modules: Ink waits for something while it is loaded, which only they can. */
const DRAWN = ["commands/index/live-view", "commands/search/interactive/screen"];
const drawnApart = {
  name: "drawn-apart",
  /** @param {string} source @param {string | undefined} importer */
  resolveId(source, importer) {
    const path = relative(`${root}src`, resolve(dirname(importer ?? ""), source)).replaceAll(
      "\\",
      "/",
    );
    const name = DRAWN.find((one) => path === `${one}.ts`);
    return name === undefined ? null : { id: `./${posix.basename(name)}.mjs`, external: true };
  },
};

rmSync(`${root}dist`, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(
    entries.map((path) => [path.replace(/^src\//, "").replace(/\.ts$/, ""), path]),
  ),
  platform: "node",
  // A module that is imported both ways costs nothing: what imports it is loaded late itself.
  onLog: (level, log, handle) => {
    if (log.code !== "INEFFECTIVE_DYNAMIC_IMPORT") handle(level, log);
  },
  external: (id, importer) =>
    !/^[\0./\\]|^[A-Z]:/.test(id) &&
    !INSIDE.some((name) => id === name || id.startsWith(`${name}/`)) &&
    !isLight(id, importer),
  plugins: [lightBuiltins, ownAddress, nativePart, required, wholes, drawnApart],
});
await bundle.write({
  dir: `${root}dist`,
  format: "cjs",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
  comments: false,
  codeSplitting: { groups },
});
await bundle.close();
for (const name of DRAWN) {
  const drawn = await rolldown({
    cwd: root,
    input: `src/${name}.ts`,
    platform: "node",
    external: /^[a-z]/,
  });
  await drawn.write({
    file: `${root}dist/${posix.basename(name)}.mjs`,
    format: "esm",
    comments: false,
  });
  await drawn.close();
}
writeFileSync(`${root}dist/package.json`, '{ "type": "commonjs" }\n');
/** Writes the types of the library API, file by file, as far as its entry refers to them. */
const declared = new Set();
/** @param {string} path */
function declare(path) {
  if (declared.has(path)) return;
  declared.add(path);
  const { code, errors } = isolatedDeclarationSync(path, readFileSync(`${root}${path}`, "utf8"));
  if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message)}`);
  const file = `${root}${path.replace(/^src/, "dist").replace(/\.ts$/, ".d.ts")}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  for (const [, target] of code.matchAll(/from "(\.[^"]*\.ts)"/g))
    declare(posix.join(posix.dirname(path), target ?? ""));
}
declare("src/library.ts");
// Read at run time; the compiler knows nothing of them.
for (const path of globSync("src/**/protos", { cwd: root }))
  cpSync(`${root}${path}`, `${root}${path.replace(/^src/, "dist")}`, { recursive: true });
for (const name of INSIDE)
  for (const path of globSync(`node_modules/${name}/{LICENSE,license,LICENSE.md}`, { cwd: root })) {
    mkdirSync(`${root}dist/licenses`, { recursive: true });
    cpSync(`${root}${path}`, `${root}dist/licenses/${name.replaceAll("/", "-")}.txt`);
  }
