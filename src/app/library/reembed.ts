import type { EmbeddingModel } from "../../embedding-model.ts";
import type { Backend } from "../../backends/backend.ts";
import { embedInContext } from "../../embed/passages.ts";
import type { Segment } from "../../types.ts";
import type { Context } from "../context.ts";

/** Makes every vector anew with the present model; until all are made the old ones answer. */
export async function reembed(
  { library }: Backend,
  present: EmbeddingModel,
  context: Context,
): Promise<void> {
  const { signal, tell } = context;
  const embedder = await context.openEmbedder();
  try {
    const embed = (transcript: readonly Segment[]): Promise<readonly Float32Array[]> =>
      embedInContext(transcript, embedder, { signal });
    await library.embeddings.rebuild(present, embed, (done, total) =>
      tell({ type: "counted", unit: "segments embedded", done, total }),
    );
  } finally {
    tell({ type: "idle" });
    await embedder.close();
  }
}
