import { parseInteger, serverAddress, type SettingTable, trimmed } from "./setting.ts";

/** What writes answers for `mediasearch ask`; without an address nothing is asked. */
export interface AnswerSettings {
  readonly answerEndpoint: string | undefined;
  readonly answerModel: string;
  readonly answerApiKey: string | undefined;
  readonly answerTimeoutMs: number;
}

const ANSWER_TIMEOUT_MS = 120_000;
const MAX_TIMEOUT_MS = 3_600_000;

export const ANSWER_SETTINGS: SettingTable<AnswerSettings> = {
  answerEndpoint: {
    env: "ANSWER_ENDPOINT",
    help: "address of a server that writes answers for mediasearch ask, with OpenAI's chat API (https://HOST/v1; Ollama: http://localhost:11434/v1)",
    parse: serverAddress,
    fallback: () => undefined,
    fallbackText: "none: ask prints the moments alone",
  },
  answerModel: {
    env: "ANSWER_MODEL",
    help: "the model of that server, by its name there",
    parse: trimmed,
    fallback: () => "default",
    fallbackText: "default",
  },
  answerApiKey: {
    env: "ANSWER_API_KEY",
    help: "key of that server",
    parse: trimmed,
    fallback: () => undefined,
    fallbackText: "none",
    isSecret: true,
  },
  answerTimeoutMs: {
    env: "ANSWER_TIMEOUT_MS",
    help: "longest wait for an answer",
    parse: parseInteger(1000, MAX_TIMEOUT_MS),
    fallback: () => ANSWER_TIMEOUT_MS,
    fallbackText: String(ANSWER_TIMEOUT_MS),
  },
};
