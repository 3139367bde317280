import type { EmbeddingModel } from "../../embedding-model.ts";
import type { Backend } from "../../backends/backend.ts";
import { embedInContext } from "../../embed/passages.ts";
import type { Segment } from "../../types.ts";
import type { CommandContext } from "../../cli/command.ts";

/** Makes every vector anew with the present model; until all are made the old ones answer. */
export async function reembed(
  { store }: Backend,
  present: EmbeddingModel,
  context: CommandContext,
): Promise<void> {
  const { io, status } = context;
  const embedder = await context.openEmbedder();
  try {
    const embed = (transcript: readonly Segment[]): Promise<readonly Float32Array[]> =>
      embedInContext(transcript, (texts) =>
        embedder.embed(texts, { as: "passage", signal: io.signal }),
      );
    await store.reembed(present, embed, (done, total) =>
      status.update(`${done}/${total} segments embedded`),
    );
  } finally {
    status.end();
    await embedder.close();
  }
}
