import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)/i;

/**
 * Who holds the copyright of packages that name a licence and bring no text of it. A new one of
 * these ends the build: somebody must look it up.
 * @type {Record<string, string>}
 */
const HOLDERS = {
  "@aws-sdk/credential-provider-http": "Amazon.com, Inc. or its affiliates",
  "@aws-sdk/credential-provider-login": "Amazon.com, Inc. or its affiliates",
  "@aws-sdk/nested-clients": "Amazon.com, Inc. or its affiliates",
  "@npmcli/agent": "GitHub Inc.",
  "@sigstore/verify": "The Sigstore Authors",
  "onnxruntime-common": "Microsoft Corporation",
  "onnxruntime-node": "Microsoft Corporation",
  "proxy-agent-negotiate": "Nathan Rajlich <nathan@tootallnate.net>",
  "spdx-exceptions": "The Linux Foundation",
  "spdx-license-ids": "none: public domain",
  "yoga-layout": "Meta Platforms, Inc. and affiliates",
};

const HEADER = `What mediasearch carries of others, each under its own licence.

SQLite, in dist/sqlite, is in the public domain.
ONNX Runtime, in dist/runtime, is of Microsoft Corporation, under the MIT licence; it contains parts
of others, which https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt names.
FFmpeg is not in this package: npm fetches it from its maker, see docs/dependencies.md.`;

/**
 * The folders of the packages that modules come from.
 * @param {Iterable<string>} modules
 */
function packageFolders(modules) {
  const folders = new Set();
  for (const id of modules) {
    const [, folder] =
      /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort();
}

/** @param {string} folder */
function readLicence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (texts.length === 0) {
    const holder = HOLDERS[name];
    if (holder === undefined)
      throw new Error(`${name} has no licence file; see ${import.meta.url}`);
    texts.push(`Copyright: ${holder}\nhttps://spdx.org/licenses/${license}.html`);
  }
  return { name, version, licence: license, text: texts.join("\n\n") };
}

/**
 * Writes dist/licences.txt, the licences of what the build put into dist/, and dist/packages.json,
 * the list of these packages.
 * @param {string} root @param {Iterable<string>} modules
 */
export function collectLicences(root, modules) {
  // npm puts one version of a package into several folders where it must.
  const byId = new Map(
    packageFolders(modules)
      .map(readLicence)
      .map((found) => [`${found.name} ${found.version}`, found]),
  );
  const packages = [...byId.keys()].sort().map((id) => byId.get(id));
  const chapters = packages.map(
    ({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text}`,
  );
  const line = `\n\n${"-".repeat(80)}\n\n`;
  writeFileSync(`${root}dist/licences.txt`, `${[HEADER, ...chapters].join(line)}\n`);
  const list = packages.map(({ name, version, licence }) => ({ name, version, licence }));
  writeFileSync(`${root}dist/packages.json`, `${JSON.stringify(list, null, 1)}\n`);
}
