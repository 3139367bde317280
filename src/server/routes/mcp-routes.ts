import { readBytes } from "../body.ts";
import type { Route } from "../route.ts";

/** A JSON-RPC message is a call of a tool. */
const MAX_BYTES = 1_000_000;

export const MCP_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/mcp",
    id: "answerAssistant",
    tag: "assistants",
    summary: "Answer assistants by the Model Context Protocol over streamable HTTP",
    scope: "search",
    takesBytes: true,
    answers: {
      200: { description: "the answer", types: ["application/json", "text/event-stream"] },
      202: { description: "a notification was taken" },
      400: { description: "no message of the protocol", types: ["application/json"] },
      406: { description: "the client does not take the answer", types: ["application/json"] },
      415: { description: "not JSON", types: ["application/json"] },
    },
    audit: "assistant",
    async handle({ request, identity }, services) {
      // A body without an announced length has the same bound.
      const body = new Uint8Array(await readBytes(request, MAX_BYTES));
      const { url, method, headers, signal } = request;
      const { answerMcp } = await import("../mcp.ts");
      return answerMcp(new Request(url, { method, headers, body, signal }), services, identity);
    },
  },
];
