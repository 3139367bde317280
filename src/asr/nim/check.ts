import { MediasearchError } from "../../errors.ts";
import { request } from "../../remote/http.ts";
import { fromNetworkError } from "../../remote/refusals.ts";
import type { EngineFinding } from "../settings.ts";
import type { NimSettings } from "./settings.ts";
import { parseNimAddress, describeNimServer } from "./address.ts";
import { fromGrpcError } from "./grpc-refusals.ts";
import { planFor } from "./plan.ts";
import { openRiva, type RivaModel } from "./riva.ts";

const NIM_CHECK_MS = 8000;
const UNIMPLEMENTED = 12;
const STARTING = "a container may take half an hour to start";

/**
 * Checks whether the server answers, accepts the key, and has the model and the language. It sends
 * no audio.
 * @throws what would end a run.
 */
export async function check(nim: NimSettings, signal: AbortSignal): Promise<EngineFinding> {
  const address = parseNimAddress(nim);
  const server = describeNimServer(nim);
  if (address.type === "grpc") return checkGrpc(address.target, address.isTls, nim, signal);
  const ready = Object.assign(new URL(address.url), { pathname: "/v1/health/ready" });
  const { status } = await request(ready, { method: "GET", signal, timeoutMs: NIM_CHECK_MS }).catch(
    (error: unknown) => {
      throw fromNetworkError(server, error, signal).refused.error;
    },
  );
  if (status !== 200)
    throw new MediasearchError(
      "UNREACHABLE",
      `NVIDIA_NIMS at ${server.address}: not ready (HTTP ${status})`,
      { hint: STARTING },
    );
  return {
    found: `speech NIM at ${server.address}`,
    warning: "over HTTP it gives text only, without times of words and without speakers",
    hint: "NVIDIA_NIMS_ENDPOINT=HOST:50051   (gRPC)",
  };
}

async function checkGrpc(
  target: string,
  isTls: boolean,
  settings: NimSettings,
  signal: AbortSignal,
): Promise<EngineFinding> {
  const server = describeNimServer(settings);
  const riva = await openRiva(target, isTls, settings);
  try {
    const call = { signal, timeoutMs: NIM_CHECK_MS };
    const ifKnown = async <T>(ask: Promise<T>, otherwise: T): Promise<T> =>
      ask.catch((error: { code?: number }) => {
        if (error.code === UNIMPLEMENTED) return otherwise;
        throw fromGrpcError(server, error, signal).refused.error;
      });
    if (!(await ifKnown(riva.isServing(call), true)))
      throw new MediasearchError(
        "UNREACHABLE",
        `NVIDIA_NIMS at ${target}: it says that it does not serve yet`,
        { hint: STARTING },
      );
    return classifyModels(await ifKnown(riva.models(call), []), target, settings);
  } finally {
    riva.close();
  }
}

const modelName = ({ model_name, parameters }: RivaModel): string =>
  `${model_name} (${[parameters["type"], parameters["language_code"]].filter(Boolean).join(", ")})`;

function classifyModels(
  models: readonly RivaModel[],
  target: string,
  settings: NimSettings,
): EngineFinding {
  const finding = `Riva at ${target}`;
  if (models.length === 0) return { found: `${finding} (it does not list its models)` };
  const list = models.map(modelName).join("; ");
  if (
    settings.model !== undefined &&
    !models.some(({ model_name }) => model_name === settings.model)
  )
    return {
      found: finding,
      warning: `it has no model ${settings.model}, but ${list}`,
      hint: "NVIDIA_NIMS_MODEL=NAME",
    };
  const { language, isStream } = planFor(models, settings, undefined);
  const knows = models.some(({ parameters }) =>
    (parameters["language_code"] ?? language)
      .split(/[\s,;]+/)
      .some((code) => code === language || code === "multi"),
  );
  if (!knows)
    return {
      found: finding,
      warning: `none of its models lists the language ${language}: ${list}`,
      hint: "NVIDIA_NIMS_LANGUAGE=CODE",
    };
  return { found: `${finding}: ${list}${isStream ? "; streamed to" : ""}` };
}
