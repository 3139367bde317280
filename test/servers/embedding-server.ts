/**
 * An embedding server in the shapes of OpenAI, NVIDIA NIM, text-embeddings-inference and Ollama,
 * each below a path of its own; its vectors are real (all-MiniLM-L6-v2). `POST /faults` sets what
 * goes wrong with the next requests, `GET /log` tells which there were. Prints its port.
 */
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openEmbedder } from "../../src/embed/registry.ts";
import { openWordPiece } from "../../src/embed/wordpiece.ts";
import { commit, type Fault, json, readBody } from "./http-faults.ts";

const model = await openEmbedder({ model: "all-MiniLM-L6-v2" });
const words = openWordPiece(
  readFileSync(new URL("../../models/all-MiniLM-L6-v2/vocab.txt", import.meta.url), "utf8"),
);
const KEY = "right-key";
let faults: Fault[] = [];
let log: unknown[] = [];

const vectors = async (texts: readonly string[]): Promise<number[][]> =>
  (await model.embed(texts, { as: "passage" })).map((vector) => [...vector]);
const tokens = (text: string): number => words.encode(text, 100_000).length;
const unknown = (
  body: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string | undefined => Object.keys(body).find((name) => !known.includes(name));
const textsOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((text) => typeof text === "string")
    ? (value as string[])
    : undefined;

type Handler = (body: Readonly<Record<string, unknown>>, response: ServerResponse) => Promise<void>;

/** The order of `data` is not promised: what counts is `index`. */
const listed = async (texts: readonly string[], name: unknown): Promise<unknown> => ({
  object: "list",
  model: name,
  data: (await vectors(texts))
    .map((embedding, index) => ({ object: "embedding", index, embedding }))
    .toReversed(),
  usage: { prompt_tokens: 1, total_tokens: 1 },
});

const openai: Handler = async (body, response) => {
  const refuse = (
    status: number,
    message: string,
    param: string | null,
    code: string | null = null,
  ): void =>
    json(response, status, { error: { message, type: "invalid_request_error", param, code } });
  const extra = unknown(body, ["model", "input", "encoding_format", "dimensions", "user"]);
  const texts = textsOf(body["input"]);
  if (extra) return refuse(400, `Unrecognized request argument supplied: ${extra}`, extra);
  if (body["model"] !== "text-embedding-test")
    return refuse(
      404,
      `The model '${String(body["model"])}' does not exist`,
      "model",
      "model_not_found",
    );
  if (!texts || texts.length === 0 || texts.length > 2048 || texts.includes(""))
    return refuse(400, "'$.input' is invalid.", "input");
  if (texts.some((text) => tokens(text) > 8192))
    return refuse(400, "This model's maximum context length is 8192 tokens", "input");
  json(response, 200, await listed(texts, "text-embedding-test"));
};

const nim: Handler = async (body, response) => {
  const texts = textsOf(body["input"]);
  if (!["query", "passage"].includes(String(body["input_type"])))
    return json(response, 400, {
      object: "error",
      message: "'input_type' parameter is required",
      detail: {},
      type: "invalid_request_error",
    });
  if (
    !texts ||
    texts.includes("") ||
    body["truncate"] !== "NONE" ||
    texts.some((text) => tokens(text) > 512)
  )
    return json(response, 400, {
      object: "error",
      message: "Input length exceeds maximum allowed token size 512",
      detail: {},
      type: "invalid_request_error",
    });
  json(response, 200, await listed(texts, body["model"]));
};

const tei: Handler = async (body, response) => {
  const texts = textsOf(body["inputs"]);
  if (!texts || texts.includes(""))
    return json(response, 400, { error: "`inputs` cannot be empty", error_type: "Empty" });
  if (texts.length > 8)
    return json(response, 422, {
      error: `batch size ${texts.length} > maximum allowed batch size 8`,
      error_type: "Validation",
    });
  if (texts.some((text) => tokens(text) > 300) && body["truncate"] !== true)
    return json(response, 413, {
      error: "Input validation error: `inputs` must have less than 300 tokens",
      error_type: "Validation",
    });
  json(response, 200, await vectors(texts));
};

const ollama: Handler = async (body, response) => {
  const texts = textsOf(body["input"]);
  if (body["model"] !== "all-minilm")
    return json(response, 404, {
      error: `model "${String(body["model"])}" not found, try pulling it first`,
    });
  if (!texts || body["truncate"] !== false || texts.some((text) => tokens(text) > 512))
    return json(response, 400, { error: "the input length exceeds the context length" });
  json(response, 200, {
    model: "all-minilm",
    embeddings: await vectors(texts),
    total_duration: 1,
    load_duration: 1,
    prompt_eval_count: 1,
  });
};

const POSTS: Readonly<Record<string, Handler>> = {
  "/openai/v1/embeddings": openai,
  "/locked/v1/embeddings": openai,
  "/nim/v1/embeddings": nim,
  "/embed": tei,
  "/api/embed": ollama,
};
const GETS: Readonly<Record<string, unknown>> = {
  "/info": {
    model_id: "test",
    max_input_length: 300,
    max_client_batch_size: 8,
    auto_truncate: false,
  },
};

const server = createServer(async (request, response) => {
  const body = await readBody(request);
  const path = request.url ?? "";
  if (path === "/faults") {
    faults = JSON.parse(body.toString()) as Fault[];
    log = [];
    return void response.end();
  }
  if (path === "/log") return json(response, 200, log);
  const parsed = body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>);
  log.push({ path, body: parsed });
  if (await commit(faults.shift(), response)) return undefined;
  if (path.startsWith("/locked") && request.headers.authorization !== `Bearer ${KEY}`)
    return json(response, 401, {
      error: {
        message: `Incorrect API key provided: ${request.headers.authorization}`,
        type: "invalid_request_error",
        code: "invalid_api_key",
      },
    });
  const post = POSTS[path];
  if (request.method === "POST" && post) return post(parsed, response);
  if (request.method === "GET" && path in GETS) return json(response, 200, GETS[path]);
  json(response, 404, { error: "not found" });
});
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
