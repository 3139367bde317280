import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)/i;

/**
 * The folders of the packages that modules come from.
 * @param {Iterable<string>} modules
 */
export function packageFolders(modules) {
  const folders = new Set();
  for (const id of modules) {
    const [, folder] =
      /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort();
}

/**
 * Writes dist/licences.txt, the licences of what the build put into dist/, and dist/packages.json,
 * the list of these packages for the bill of materials.
 * @param {string} root @param {Iterable<string>} modules
 */
export function collectLicences(root, modules) {
  const packages = packageFolders(modules).map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
    const own = `${root}scripts/build/licences/${name.replaceAll("/", "-")}.txt`;
    if (texts.length === 0 && existsSync(own)) texts.push(readFileSync(own, "utf8").trim());
    return { name, version, licence: license, texts };
  });
  writeFileSync(
    `${root}dist/licences.txt`,
    `${packages.map(({ name, version, licence, texts }) => [`${name} ${version} (${licence})`, ...texts].join("\n\n")).join(`\n\n${"-".repeat(80)}\n\n`)}\n`,
  );
  writeFileSync(
    `${root}dist/packages.json`,
    `${JSON.stringify(
      packages.map(({ name, version, licence, texts }) => ({
        name,
        version,
        licence,
        hasText: texts.length > 0,
      })),
      null,
      1,
    )}\n`,
  );
}
