import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { npmConfig } from "./npm-config.ts";

const { signal } = new AbortController();
let folder: string;
beforeEach(() => {
  folder = tempFolder();
});

const file = (name: string, ...lines: readonly string[]): string => {
  writeFileSync(join(folder, name), lines.join("\n"));
  return join(folder, name);
};
/** The real npm, with files of the test's own. */
const withNpm = (more: Readonly<Record<string, string>>) =>
  npmConfig(
    {
      PATH: process.env["PATH"],
      npm_execpath: process.env["npm_execpath"],
      npm_config_globalconfig: file("none", ""),
      npm_config_userconfig: file("empty", ""),
      ...more,
    },
    signal,
  );
/** A machine without npm: nothing on the PATH, nothing in the environment. */
const withoutNpm = (more: Readonly<Record<string, string>>) =>
  npmConfig(
    { PATH: join(folder, "nothing"), npm_config_userconfig: file("empty", ""), ...more },
    signal,
  );

describe("npm's settings", () => {
  it("are what npm itself would use, as pacote names them", async () => {
    const ca = file("ca.pem", "CERTIFICATE");
    const npm_config_userconfig = file(
      "user",
      "registry=http://mirror.test/npm/",
      "@models:registry=http://models.test/",
      "strict-ssl=false",
      "https-proxy=http://proxy.test:3128/",
      "noproxy=inside.test",
      `cafile=${ca}`,
      `cache=${join(folder, "cache")}`,
    );
    expect(await withNpm({ npm_config_userconfig })).toMatchObject({
      registry: "http://mirror.test/npm/",
      "@models:registry": "http://models.test/",
      strictSSL: false,
      httpsProxy: "http://proxy.test:3128/",
      noProxy: ["inside.test"],
      ca: "CERTIFICATE",
      cache: join(folder, "cache/_cacache"),
    });
  });

  it("hold the credentials that npm does not list, the user's before the machine's and the environment's before both", async () => {
    const npm_config_globalconfig = file(
      "global",
      "//a.test/:_authToken=machine",
      "//b.test/:_authToken=machine",
      "//c.test/:_authToken=machine",
    );
    const npm_config_userconfig = file(
      "user",
      "//b.test/:_authToken=user",
      "//c.test/:_authToken=user",
    );
    const config = await withNpm({
      npm_config_globalconfig,
      npm_config_userconfig,
      "npm_config_//c.test/:_authToken": "environment",
    });
    expect(config).toMatchObject({
      "//a.test/:_authToken": "machine",
      "//b.test/:_authToken": "user",
      "//c.test/:_authToken": "environment",
    });
  });

  it("come from the user's npmrc and the environment where there is no npm", async () => {
    const npm_config_userconfig = file(
      "user",
      "; comment",
      "# comment = no",
      "registry = http://mirror.test/",
      "strict-ssl=false",
      "https-proxy=http://user.test/",
      "//a.test/:_authToken=${TOKEN}",
    );
    const config = await withoutNpm({
      npm_config_userconfig,
      TOKEN: "t0ken",
      NPM_CONFIG_HTTPS_PROXY: "http://environment.test/",
    });
    expect(config).toEqual({
      registry: "http://mirror.test/",
      strictSSL: false,
      httpsProxy: "http://environment.test/",
      "//a.test/:_authToken": "t0ken",
    });
    expect(await withoutNpm({})).toEqual({});
  });

  it.each([
    ["quoted", '"a b"', "a b"],
    ["in single quotes", "'a#b'", "a#b"],
    ["before a comment", "token ; mine", "token"],
    ["with = in it", "dG9rZW4==", "dG9rZW4=="],
    ["of a variable", "x${TOKEN}y", "xt0keny"],
    ["of an unknown variable", "${UNKNOWN}", "${UNKNOWN}"],
    ["of an optional variable", "${UNKNOWN?}", ""],
  ])("are read %s", async (_, written, read) => {
    const npm_config_userconfig = file("user", `//a.test/:_authToken=${written}`);
    expect(await withoutNpm({ npm_config_userconfig, TOKEN: "t0ken" })).toEqual({
      "//a.test/:_authToken": read,
    });
  });

  it("are asked of npm's script beside the program on the PATH, for npm.cmd can't be started without a shell", async () => {
    const bin = join(folder, "node_modules/npm/bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, "npm-cli.js"),
      'console.log(JSON.stringify({ registry: "http://asked.test/", proxy: null, _secret: "x" }))',
    );
    expect(await npmConfig({ Path: ["relative", folder].join(delimiter) }, signal)).toEqual({
      registry: "http://asked.test/",
    });
  });
});
