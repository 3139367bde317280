import { HttpError } from "../problem.ts";
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
      if (Number(request.headers.get("content-length") ?? 0) > MAX_BYTES)
        throw new HttpError(413, "USAGE", `the body has more than ${MAX_BYTES} bytes`);
      const { answerMcp } = await import("../mcp.ts");
      return answerMcp(request, services, identity);
    },
  },
];
