import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { splitShellWords } from "../shell-words.ts";
import { choosePlayer, play } from "./player.ts";

function withPrograms(...names: readonly string[]): { PATH: string } {
  const folder = join(tempFolder(), "bin");
  mkdirSync(folder);
  for (const name of names) {
    writeFileSync(join(folder, name), "#!/bin/sh\nexit 0\n");
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: folder };
}

const choose = (
  wanted: string | undefined,
  env: { PATH: string },
  platform: NodeJS.Platform = "linux",
) => choosePlayer("/a b.mp4", 61_250, { wanted, env, platform });

describe("the player", () => {
  it.each(["--sout=#file{dst=x}", "-", "concat:/a|/b", "lavfi:color", "http:x"])(
    "gets %s as a path, not as an option or a protocol",
    (name) => {
      for (const player of ["mpv", "vlc", "ffplay", "xdg-open"])
        for (const wanted of [undefined, player, `${player} {file}`]) {
          const { args } = choosePlayer(name, 0, {
            wanted,
            env: withPrograms(player),
            platform: "linux",
          });
          expect(args.at(-1)).toBe(resolve(name));
        }
    },
  );

  it("is the first of mpv, vlc and ffplay that is there, told to begin at the moment", () => {
    expect(choose(undefined, withPrograms("ffplay", "mpv", "vlc"))).toMatchObject({
      name: "mpv",
      args: ["--start=61.250", "--", "/a b.mp4"],
      seeks: true,
    });
    expect(choose(undefined, withPrograms("ffplay", "vlc"))).toMatchObject({
      name: "vlc",
      args: ["--start-time=61.250", "/a b.mp4"],
    });
    expect(choose(undefined, withPrograms("ffplay"))).toMatchObject({
      name: "ffplay",
      args: expect.arrayContaining(["-ss", "61.250"]) as string[],
    });
  });

  it("plays the sound that was recognised", () => {
    for (const [name, words] of [
      ["mpv", ["--aid=2"]],
      ["vlc", ["--audio-track=1"]],
      ["ffplay", ["-ast", "a:1"]],
    ] as const) {
      const places = { env: withPrograms(name), platform: "linux", audioTrack: 2 } as const;
      for (const wanted of [undefined, name])
        expect(choosePlayer("/a.mkv", 0, { wanted, ...places }).args).toEqual(
          expect.arrayContaining([...words]),
        );
    }
  });

  it("is the system's opener where there is none, which is known not to seek", () => {
    expect(choose(undefined, withPrograms("xdg-open"))).toMatchObject({
      name: "xdg-open",
      args: ["/a b.mp4"],
      seeks: false,
    });
    expect(choose(undefined, withPrograms("open"), "darwin")).toMatchObject({
      name: "open",
      seeks: false,
    });
    expect(choose("open", withPrograms("xdg-open", "mpv"))).toMatchObject({ name: "xdg-open" });
    expect(() => choose(undefined, withPrograms())).toThrow(
      expect.objectContaining({
        code: "MISSING_TOOL",
        hint: expect.stringContaining("MEDIASEARCH_PLAYER") as string,
      }) as Error,
    );
  });

  it("is a command line of the user's: with {file} and {seconds}, or a known program with options", () => {
    const env = withPrograms("mine", "mpv");
    expect(choose("mine --at={seconds} '{file}' \"two words\"", env)).toMatchObject({
      args: ["--at=61.250", "/a b.mp4", "two words"],
      seeks: true,
    });
    expect(choose("mpv --fs", env)).toMatchObject({
      args: ["--fs", "--start=61.250", "--", "/a b.mp4"],
    });
    expect(choose("mine", env)).toMatchObject({ args: ["/a b.mp4"], seeks: false });
    expect(() => choose("none-such", env)).toThrow(/none-such is not on this machine/);
    expect(() => choose("''", env)).toThrow(/empty/);
  });

  it("whose command line has an open quote is refused, and the line is not quoted: it may hold keys", () => {
    for (const line of ["mpv --key=s3cret '{file}", 'mpv "--key=s3cret'])
      expect(() => choose(line, withPrograms("mpv"))).toThrow(
        expect.objectContaining({
          code: "USAGE",
          message: expect.not.stringContaining("s3cret") as string,
        }) as Error,
      );
  });

  it("keeps the folders of a program on Windows", () => {
    expect(choose("C:\\tools\\mine.exe --x", withPrograms(), "win32")).toMatchObject({
      command: "C:\\tools\\mine.exe",
    });
  });

  it("never runs a shell", () => {
    expect(splitShellWords(`a "b c" d'e f'g $(x) ; y`)).toEqual([
      "a",
      "b c",
      "de fg",
      "$(x)",
      ";",
      "y",
    ]);
  });

  it("that fails or is stopped says so", async () => {
    const run = (line: string, signal = new AbortController().signal) => {
      const [command = "", ...args] = splitShellWords(line);
      return play({ name: "it", command, args, seeks: true }, "a.mp4", {
        env: { ...process.env },
        signal,
        stdio: "ignore",
      });
    };
    await expect(run("/bin/sh -c 'exit 3'")).rejects.toMatchObject({
      code: "UNREADABLE_MEDIA",
      message: "a.mp4: it could not play it (code 3)",
    });
    await expect(run("/none/such")).rejects.toMatchObject({ code: "MISSING_TOOL" });
    await run("/bin/sh -c 'exit 0'");
    const stop = new AbortController();
    const playing = run("/bin/sleep 60", stop.signal);
    setTimeout(() => stop.abort("SIGINT"), 100);
    await expect(playing).rejects.toBe("SIGINT");
  });
});
