import { copyFileSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import { EMBEDDER_CASES } from "../embedder.contract.ts";
import { identifyEmbedder, openEmbedder } from "../registry.ts";

const BUNDLED = fileURLToPath(new URL("../../../models/all-MiniLM-L6-v2/", import.meta.url));

/** The bundled weights as the hub lays a model out, with one kind of tokenizer. */
function folder(kind: "wordpiece" | "json"): string {
  const path = join(tempFolder(), "my-model");
  mkdirSync(join(path, "onnx"), { recursive: true });
  const weights = join(path, "onnx/model_quantized.onnx");
  try {
    linkSync(join(BUNDLED, "model_quantized.onnx"), weights);
  } catch {
    copyFileSync(join(BUNDLED, "model_quantized.onnx"), weights);
  }
  writeFileSync(
    join(path, "config.json"),
    JSON.stringify({ hidden_size: 384, max_position_embeddings: 512 }),
  );
  writeFileSync(join(path, "sentence_bert_config.json"), JSON.stringify({ max_seq_length: 256 }));
  if (kind === "wordpiece") copyFileSync(join(BUNDLED, "vocab.txt"), join(path, "vocab.txt"));
  else {
    const vocab = Object.fromEntries(
      readFileSync(join(BUNDLED, "vocab.txt"), "utf8")
        .trimEnd()
        .split("\n")
        .map((token, id) => [token, id]),
    );
    const special = (content: string, id: number) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    });
    writeFileSync(
      join(path, "tokenizer.json"),
      JSON.stringify({
        version: "1.0",
        truncation: null,
        padding: null,
        added_tokens: [
          special("[PAD]", 0),
          special("[UNK]", 100),
          special("[CLS]", 101),
          special("[SEP]", 102),
          special("[MASK]", 103),
        ],
        normalizer: {
          type: "BertNormalizer",
          clean_text: true,
          handle_chinese_chars: true,
          strip_accents: null,
          lowercase: true,
        },
        pre_tokenizer: { type: "BertPreTokenizer" },
        post_processor: {
          type: "TemplateProcessing",
          single: [
            { SpecialToken: { id: "[CLS]", type_id: 0 } },
            { Sequence: { id: "A", type_id: 0 } },
            { SpecialToken: { id: "[SEP]", type_id: 0 } },
          ],
          pair: [],
          special_tokens: {
            "[CLS]": { id: "[CLS]", ids: [101], tokens: ["[CLS]"] },
            "[SEP]": { id: "[SEP]", ids: [102], tokens: ["[SEP]"] },
          },
        },
        decoder: { type: "WordPiece", prefix: "##", cleanup: true },
        model: {
          type: "WordPiece",
          unk_token: "[UNK]",
          continuing_subword_prefix: "##",
          max_input_chars_per_word: 100,
          vocab,
        },
      }),
    );
  }
  return path;
}

for (const kind of ["wordpiece", "json"] as const)
  describe(`a model in a folder, with a tokenizer of kind ${kind}`, () => {
    for (const { law, run } of EMBEDDER_CASES)
      it(law, async () => {
        const embedder = await openEmbedder({ model: folder(kind) });
        await run(embedder);
        await embedder.close();
      });

    it("makes the vectors of the bundled one, being the same weights", async () => {
      const texts = ["The committee approved the budget.", "Naïve café, 北京 and $5!"];
      const [here, bundled] = await Promise.all([
        openEmbedder({ model: folder(kind) }),
        openEmbedder({ model: "all-MiniLM-L6-v2" }),
      ]);
      expect(await here.embed(texts, { as: "passage" })).toEqual(
        await bundled.embed(texts, { as: "passage" }),
      );
      await Promise.all([here.close(), bundled.close()]);
    });
  });

describe("a folder", () => {
  it("is known before the model is loaded, and other settings are another model", async () => {
    const path = folder("wordpiece");
    const identity = await identifyEmbedder({ model: path });
    const embedder = await openEmbedder({ model: path });
    expect(identity).toEqual({ embedder: embedder.id, dimensions: 384 });
    await embedder.close();
    expect((await identifyEmbedder({ model: path, queryPrefix: "query: " })).embedder).not.toBe(
      identity.embedder,
    );
  });

  it("that lacks something says what, and one with a broken model too", async () => {
    await expect(openEmbedder({ model: tempFolder() })).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining("model.onnx") as string,
    });
    const path = folder("wordpiece");
    writeFileSync(join(path, "config.json"), "{}");
    await expect(openEmbedder({ model: path })).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining("hidden_size") as string,
    });
    const broken = join(tempFolder(), "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "model.onnx"), "no model");
    writeFileSync(join(broken, "vocab.txt"), "[PAD]\n");
    writeFileSync(join(broken, "config.json"), '{"hidden_size":4}');
    await expect(openEmbedder({ model: broken })).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining("can't be loaded") as string,
    });
  });
});
