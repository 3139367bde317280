import { tmpdir } from "node:os";
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
