import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import type { Sight } from "../../file-cage.ts";
import { type Cage, createCageChooser, fits, seesModels } from "./choose-cage.ts";
import type { FileTask } from "./protocol.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = tempFolder();
  for (const name of ["talks", "elsewhere"]) mkdirSync(at(name));
  for (const name of ["talks/a.mp3", "talks/a.vtt", "talks/a.nfo", "elsewhere/b.mp3"])
    writeFileSync(at(name), name);
});

/** What workers are held to for one file after the other. */
function chooser(media: readonly string[]): (name: string, more?: Partial<FileTask>) => Cage {
  const sight: Sight = { media: media.map(at) };
  const { choose } = createCageChooser({ needsNetwork: () => false, sight: () => sight });
  return (name, more) => {
    const task = { path: at(name), kind: "media", sidecar: null, ...more } as unknown as FileTask;
    return choose({ type: "transcribe", task }, task.path);
  };
}
const mediaOf = ({ sight }: Cage): readonly string[] | undefined =>
  sight?.media.map((path) => path.slice(folder.length + 1));

describe("what a worker is shown", () => {
  it("is the folders of the run, by one worker after the other", () => {
    const choose = chooser(["talks"]);
    const [first, second] = [choose("talks/a.mp3"), choose("talks/new.mp3")];
    expect(mediaOf(first)).toEqual(["talks"]);
    expect(fits(first, second)).toBe(true);
  });

  it("is all that belongs to a file that was named alone: captions, facts and parts", () => {
    const beside = { sidecar: at("talks/a.vtt"), factsBeside: [at("talks/a.nfo")] };
    expect(mediaOf(chooser(["talks/a.mp3"])("talks/a.mp3", beside))).toEqual([
      "talks/a.mp3",
      "talks/a.nfo",
      "talks/a.vtt",
    ]);
    const parts = Array.from({ length: 100 }, (_, n) => at(`talks/part-${n}.ts`));
    expect(mediaOf(chooser(["talks/a.mp3"])("talks/a.mp3", { parts }))).toEqual([
      "talks/a.mp3",
      "talks",
    ]);
  });

  it("is what links lead to, and all that the user sees after many of them", () => {
    const choose = chooser(["talks"]);
    symlinkSync(at("elsewhere/b.mp3"), at("talks/link.mp3"));
    expect(mediaOf(choose("talks/link.mp3"))).toEqual(["talks", "talks/link.mp3"]);
    for (let n = 0; n < 10; n++) {
      mkdirSync(at(`far-${n}`));
      writeFileSync(at(`far-${n}/c.mp3`), "");
      symlinkSync(at(`far-${n}/c.mp3`), at(`talks/far-${n}.mp3`));
    }
    const last = Array.from({ length: 10 }, (_, n) => choose(`talks/far-${n}.mp3`)).at(-1);
    expect(last).toEqual({ withoutNetwork: true });
  });

  it("is never a file or a folder that another took the place of", () => {
    const choose = chooser(["talks/a.mp3"]);
    const first = choose("talks/a.mp3");
    expect(fits(first, choose("talks/a.mp3"))).toBe(true);
    writeFileSync(at("talks/next"), "new");
    renameSync(at("talks/next"), at("talks/a.mp3"));
    const second = choose("talks/a.mp3");
    expect([fits(first, second), mediaOf(second)]).toEqual([false, ["talks/a.mp3"]]);
    const folders = chooser(["talks"]);
    const before = folders("talks/a.mp3");
    expect(fits(before, folders("talks/a.mp3"))).toBe(true);
    renameSync(at("talks"), at("old-talks"));
    mkdirSync(at("talks"));
    expect(fits(before, folders("talks/a.mp3"))).toBe(false);
  });

  it("has the models that a worker is given, or it is told", () => {
    const cage = { withoutNetwork: true, sight: { media: [], models: [at("talks")] } };
    expect(seesModels(cage, { a: at("talks/a.mp3") })).toBe(true);
    expect(seesModels(cage, { a: at("elsewhere/b.mp3") })).toBe(false);
    symlinkSync(at("elsewhere/b.mp3"), at("talks/model.onnx"));
    expect(seesModels(cage, { a: at("talks/model.onnx") })).toBe(false);
  });
});
