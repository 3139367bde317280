import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { film } from "../../../../test/helpers/quicktime.ts";
import { tempFolder } from "../../../../test/helpers/run.ts";
import { decodeAudio } from "../../../media/decode.ts";
import type { MediaInput } from "../../../media/byte-source.ts";
import { probeMedia } from "../../../media/probe.ts";
import { openMemory } from "../../../objects/memory/open.ts";
import { bytes } from "../../../objects/object-store.contract.ts";
import type { ObjectStore } from "../../../objects/object-store.ts";
import type { MediaSources } from "../media-source.ts";
import { openSources } from "../registry.ts";

const { signal } = new AbortController();

/** A bucket that counts the bytes that are read of it. */
function counted(): {
  readonly store: ObjectStore;
  readonly taken: { bytes: number };
  readonly sources: MediaSources;
} {
  const memory = openMemory();
  const inner = memory.bucket("media");
  const taken = { bytes: 0 };
  const store: ObjectStore = {
    ...inner,
    async *get(key, options) {
      for await (const part of inner.get(key, options)) {
        taken.bytes += part.length;
        yield part;
      }
    },
  };
  return {
    store,
    taken,
    sources: openSources({ objects: async () => ({ ...memory, bucket: () => store }) }),
  };
}

async function decoded(source: MediaInput): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of decodeAudio(source, { streamIndex: 0, signal }))
    parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  return Buffer.concat(parts);
}

describe("a film in an object store, its index at the end", () => {
  it("costs some kilobytes to be known, and its sound a part of it, which is the same as of the file", async () => {
    const body = film({ seconds: 20, pictureBytes: 60_000 });
    const { store, taken, sources } = counted();
    await store.put("film.mov", bytes(body));
    const source = await sources
      .of("s3://media/film.mov")
      .open("s3://media/film.mov", undefined, signal);
    expect(await probeMedia(source)).toMatchObject({
      durationMs: 20_000,
      audio: { sampleRate: 16_000 },
    });
    expect(taken.bytes).toBeLessThan(300_000);
    taken.bytes = 0;
    const path = join(tempFolder(), "film.mov");
    writeFileSync(path, body);
    expect(
      (
        await decoded(
          await sources.of("s3://media/film.mov").open("s3://media/film.mov", undefined, signal),
        )
      ).equals(await decoded(path)),
    ).toBe(true);
    expect(taken.bytes).toBeLessThan(body.length / 5);
  });

  it("that was overwritten since it was listed is not read", async () => {
    const { store, sources } = counted();
    const listed = await store.put("a.mov", bytes(film({ seconds: 1, pictureBytes: 1000 })));
    await store.put("a.mov", bytes(film({ seconds: 2, pictureBytes: 1000 })));
    await expect(
      sources.of("s3://media/a.mov").open("s3://media/a.mov", listed, signal).then(probeMedia),
    ).rejects.toMatchObject({
      code: "IO_FAILED",
      message: "s3://media/a.mov: changed while it was read",
    });
  });
});

describe("a small file", () => {
  it("is read whole from either location, unless it is larger than said", async () => {
    const { store, sources } = counted();
    await store.put("a.vtt", bytes("WEBVTT"));
    const path = join(tempFolder(), "a.vtt");
    writeFileSync(path, "WEBVTT");
    for (const location of ["s3://media/a.vtt", path]) {
      expect((await sources.of(location).read(location, 6, signal))?.toString()).toBe("WEBVTT");
      expect(await sources.of(location).read(location, 5, signal)).toBeUndefined();
    }
    await expect(sources.of("s3://").read("s3://media/none.vtt", 5, signal)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
