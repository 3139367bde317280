import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { OutputStream } from "../terminal/io.ts";
import { main } from "./main.ts";

it.each(["", "--quiet", "--color=always", "--color=never"])(
  "a command opens only the streams that it uses: %j",
  async (flag) => {
    const opened = new Set<string>();
    const open = (name: string): OutputStream => {
      opened.add(name);
      return { write: () => true };
    };
    const exitCode = await main(["completion", "bash", ...(flag === "" ? [] : [flag])], {
      get stdout() {
        return open("stdout");
      },
      get stderr() {
        return open("stderr");
      },
      get stdin() {
        open("stdin");
        return undefined;
      },
      env: { MEDIASEARCH_HOME: tmpdir(), HOME: tmpdir() },
      cwd: tmpdir(),
      signal: new AbortController().signal,
    });
    expect(exitCode).toBe(0);
    expect([...opened]).toEqual(["stdout"]);
  },
);

it("index shows something before its code is read, and takes it away before an error", async () => {
  const home = mkdtempSync(join(tmpdir(), "mediasearch-test-"));
  const shown: string[] = [];
  const stderr = {
    isTTY: true,
    write: (text: string) => {
      shown.push(text);
      return true;
    },
  };
  const ended = main(["index", join(home, "not-there"), "--metrics-file", "/nowhere/a/b"], {
    stdout: { write: () => true },
    stderr,
    stdin: undefined,
    env: { MEDIASEARCH_HOME: home, HOME: home, TERM: "xterm" },
    cwd: home,
    signal: new AbortController().signal,
  });
  // Nothing was waited for yet.
  expect(shown).toEqual(["opening the library"]);
  expect(await ended).toBeGreaterThan(0);
  expect(shown[1]).toBe("\r\u001b[K");
  rmSync(home, { recursive: true });
});
