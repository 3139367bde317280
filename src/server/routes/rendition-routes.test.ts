import { expect, it } from "vitest";
import type { Call, Services } from "../route.ts";
import { FILE_ROUTES } from "./file-routes.ts";
import { RENDITION_ROUTES } from "./rendition-routes.ts";

const makers = [...FILE_ROUTES, ...RENDITION_ROUTES].filter(({ id }) =>
  ["readWaveform", "readPiece", "readThumbnail"].includes(id),
);

it.for(["https://example.org/talk.mp3", "s3://media/talk.mp3"])(
  "waveforms, pieces and pictures of %s are refused, because it is on no disk of the server",
  async (location) => {
    const call = {
      identity: { scopes: [], filters: [] },
      params: { id: "a", piece: "0" },
      query: {},
    };
    const services = { reads: { run: async () => ({ location, durationMs: 1000 }) } };
    expect(makers).toHaveLength(3);
    for (const { handle } of makers)
      await expect(
        handle(call as unknown as Call, services as unknown as Services),
      ).rejects.toMatchObject({ code: "UNREADABLE_MEDIA" });
  },
);
