// Writes the bill of materials of the published package, as CycloneDX: what the build put into
// dist/, the native parts, and what npm installs beside it. npm's own list has what development
// needs too; that is left out. Its argument is the file, by default dist/sbom.cdx.json.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => JSON.parse(readFileSync(`${root}${path}`, "utf8"));
const target = process.argv[2] ?? `${root}dist/sbom.cdx.json`;

const npm = process.env.npm_execpath;
const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"];
const [command, all] = npm?.endsWith(".js") ? [process.execPath, [npm, ...args]] : ["npm", args];
const sbom = JSON.parse(execFileSync(command, all, { cwd: root, encoding: "utf8" }));

const { name, version, optionalDependencies } = read("package.json");
const shipped = new Set([
  ...read("dist/packages.json").map((one) => `${one.name}@${one.version}`),
  ...Object.entries(optionalDependencies).map(([id, of]) => `${id}@${of}`),
]);
const idOf = (component) =>
  `${component.group ? `${component.group}/` : ""}${component.name}@${component.version}`;
const isDevelopment = (property) => property.name === "cdx:npm:package:development";

/** What the packages of FFmpeg's native part say of themselves is true of their own code only. */
const FFMPEG = [{ license: { id: "GPL-3.0-or-later" } }];
const seen = new Set();
sbom.components = sbom.components
  .filter((component) => !seen.has(idOf(component)) && seen.add(idOf(component)))
  .filter((component) => shipped.has(idOf(component)))
  .map((component) => ({
    ...component,
    properties: component.properties.filter((property) => !isDevelopment(property)),
    ...(component.name.startsWith("@seydx/") ? { licenses: FFMPEG } : {}),
  }));
for (const [model, licence] of [
  ["all-MiniLM-L6-v2", "Apache-2.0"],
  ["e5-small-v2", "MIT"],
])
  sbom.components.push({
    "bom-ref": model,
    type: "machine-learning-model",
    name: model,
    version: "int8",
    licenses: [{ license: { id: licence } }],
  });
const refs = new Set(sbom.components.map((component) => component["bom-ref"]));
const own = `${name}@${version}`;
sbom.metadata.component.name = name;
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
sbom.dependencies.unshift({ ref: own, dependsOn: [...refs] });
writeFileSync(target, `${JSON.stringify(sbom, null, 1)}\n`);
