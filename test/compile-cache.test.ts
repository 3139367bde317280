import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BIN, environment, tempFolder } from "./helpers/run.ts";

/** Runs the program with that cache folder; returns the files that V8 put into it. */
function compiledInto(cache: string): readonly string[] {
  const env = environment(join(tempFolder(), "home"), {
    XDG_CACHE_HOME: cache,
    NODE_DISABLE_COMPILE_CACHE: "",
  });
  delete env["NODE_DISABLE_COMPILE_CACHE"];
  delete env["NODE_COMPILE_CACHE"];
  execFileSync(process.execPath, [BIN, "--version"], { env });
  const folder = join(cache, "mediasearch/compile");
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
}

const ROOT_USER = process.getuid?.() === 0;
const OTHER_USER = 12_345;

describe.runIf(process.platform === "linux")("the folder of compiled code", () => {
  it("is the user's own, which nobody else can read or write", () => {
    const cache = tempFolder();
    expect(compiledInto(cache)).not.toEqual([]);
    expect(statSync(join(cache, "mediasearch/compile")).mode & 0o777).toBe(0o700);
  });

  it("is not used where others can write, or where one of the folders above can be replaced", () => {
    const open = tempFolder();
    mkdirSync(join(open, "mediasearch/compile"), { recursive: true });
    chmodSync(join(open, "mediasearch/compile"), 0o777);
    expect(compiledInto(open)).toEqual([]);

    const above = tempFolder();
    mkdirSync(join(above, "shared/cache"), { recursive: true });
    chmodSync(join(above, "shared"), 0o777);
    expect(compiledInto(join(above, "shared/cache"))).toEqual([]);
    // A sticky folder such as /tmp keeps others from renaming what is not theirs.
    chmodSync(join(above, "shared"), 0o1777);
    expect(compiledInto(join(above, "shared/cache"))).not.toEqual([]);
  });

  it("is not made in the folder where the program happens to run, when HOME is empty", () => {
    const folder = tempFolder();
    const env = environment(join(tempFolder(), "home"), { HOME: "" });
    for (const name of ["XDG_CACHE_HOME", "NODE_DISABLE_COMPILE_CACHE"]) delete env[name];
    execFileSync(process.execPath, [BIN, "--version"], { env, cwd: folder });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is no link that somebody laid there", () => {
    const cache = tempFolder();
    mkdirSync(join(cache, "mediasearch"));
    mkdirSync(join(cache, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(cache, "elsewhere"), join(cache, "mediasearch/compile"));
    expect(compiledInto(cache)).toEqual([]);
  });

  it.runIf(ROOT_USER)("is not used when another user made it first", () => {
    const cache = tempFolder();
    mkdirSync(join(cache, "mediasearch/compile"), { recursive: true, mode: 0o700 });
    chownSync(join(cache, "mediasearch/compile"), OTHER_USER, OTHER_USER);
    expect(compiledInto(cache)).toEqual([]);

    const above = tempFolder();
    mkdirSync(join(above, "mediasearch"), { mode: 0o755 });
    chownSync(join(above, "mediasearch"), OTHER_USER, OTHER_USER);
    expect(compiledInto(above)).toEqual([]);
  });
});
