// Puts src/ and the JavaScript of its packages together into few files in dist/, from nothing each
// time so that no file of an older build stays. What that buys (bench/README.md, "Installing and
// starting"): an install of 10 packages instead of 330, and starts in less time. Only native parts
// stay packages of their own.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { isolatedDeclarationSync } from "rolldown/experimental";
import { collectLicences } from "./build/licences.js";
import { groups } from "./build/groups.js";
import { isLight, plugins, VIEWS } from "./build/plugins.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/**
 * Each is a process of its own. @type {Record<string, string>}
 */
const entries = Object.fromEntries(
  ["src/start.ts", "src/library.ts", ...globSync("src/**/worker.ts", { cwd: root })]
    .map((path) => path.replaceAll("\\", "/"))
    .map((path) => [path.replace(/^src\//, "").replace(/\.ts$/, ""), path]),
);

/**
 * Node's own, native parts, and what only a user can install. @param {string} id @param {string |
 * undefined} importer
 */
const isOutside = (id, importer) =>
  (isBuiltin(id) && !isLight(id, importer)) ||
  /^(?:@seydx\/|sherpa-onnx-node$|react-devtools-core$)/.test(id);

rmSync(`${root}dist`, { recursive: true, force: true });

/** @type {Set<string>} */
const modules = new Set();
/**
 * @param {import("rolldown").InputOptions} input
 * @param {import("rolldown").OutputOptions} output
 */
async function build(input, output) {
  const bundle = await rolldown({ cwd: root, platform: "node", ...input });
  const { output: files } = await bundle.write({ dir: `${root}dist`, comments: false, ...output });
  for (const file of files)
    if (file.type === "chunk") for (const id of file.moduleIds) modules.add(id);
  await bundle.close();
}

// CommonJS: a process that loads it starts faster than one that loads ES modules.
await build(
  {
    input: entries,
    external: isOutside,
    plugins: plugins(root),
    // A module that is imported both ways costs nothing: what imports it is loaded late itself.
    onLog: (level, log, handle) => {
      if (log.code !== "INEFFECTIVE_DYNAMIC_IMPORT") handle(level, log);
    },
  },
  {
    format: "cjs",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups },
  },
);
// The command asks for it before the compile cache is on: a file that imports no other.
await build({ input: "src/private-folder.ts" }, { format: "cjs", entryFileNames: "[name].js" });
// What draws on terminals stays ES modules: Ink waits for something while it is loaded, which only
// they can. Ink and React are made for production, and small: installed size has a bound.
await build(
  {
    input: Object.fromEntries(VIEWS.map((path) => [posix.basename(path), `src/${path}.ts`])),
    external: isOutside,
    transform: { define: { "process.env.NODE_ENV": '"production"', "process.env.DEV": '"false"' } },
  },
  {
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
    minify: true,
  },
);
// The client of `serve`, for programs and pages of others: files that import no other.
for (const [format, ending] of /** @type {const} */ ([
  ["cjs", "js"],
  ["esm", "mjs"],
]))
  await build(
    { input: { client: "src/client/client.ts" }, platform: "neutral" },
    { dir: `${root}dist/client`, format, entryFileNames: `[name].${ending}` },
  );
// The page of `serve`: one script for browsers, and files that are served as they are.
await build(
  {
    input: { page: "src/server/web/page.tsx" },
    platform: "browser",
  },
  { dir: `${root}dist/web`, format: "esm", entryFileNames: "[name].js", minify: true },
);
for (const path of globSync("src/server/web/*.{html,css,svg,webmanifest}", { cwd: root }))
  cpSync(`${root}${path}`, `${root}dist/web/${posix.basename(path.replaceAll("\\", "/"))}`);
writeFileSync(`${root}dist/package.json`, '{ "type": "commonjs" }\n');
collectLicences(root, modules);

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
declare("src/client/client.ts");
// Read at run time; the compiler knows nothing of them.
for (const path of globSync("src/**/protos", { cwd: root }))
  cpSync(`${root}${path}`, `${root}${path.replace(/^src/, "dist")}`, { recursive: true });
