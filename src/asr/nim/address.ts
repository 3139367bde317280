import { createHash } from "node:crypto";
import { MediasearchError } from "../../errors.ts";
import { shownUrl } from "../../remote/http.ts";
import type { RemoteServer } from "../../remote/refusals.ts";
import type { NimSettings } from "./settings.ts";

export type NimAddress =
  | { readonly type: "grpc"; readonly target: string; readonly isTls: boolean }
  | { readonly type: "http"; readonly url: URL };

const GRPC_PORT = 50_051;

/**
 * `host:port` and `grpc://` are gRPC; `grpcs://`, a function id or certificates of one's own mean
 * TLS; `http(s)://` is the text-only way.
 * @throws USAGE when none is set, or it is none.
 */
export function parseNimAddress({ endpoint, functionId, tlsCa }: NimSettings): NimAddress {
  const hint =
    "NVIDIA_NIMS_ENDPOINT=HOST:50051   (gRPC; http://HOST:9000 gives text without times)";
  if (endpoint === undefined)
    throw new MediasearchError("USAGE", "NVIDIA_NIMS: no server is set", {
      subject: "NVIDIA_NIMS_ENDPOINT",
      hint,
    });
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(endpoint)?.[1]?.toLowerCase();
  // "localhost:50051" would be the scheme "localhost" otherwise.
  const url = URL.parse(scheme === undefined ? `grpc://${endpoint}` : endpoint);
  if (!url || url.hostname === "" || !["grpc", "grpcs", "http", "https"].includes(scheme ?? "grpc"))
    throw new MediasearchError("USAGE", "NVIDIA_NIMS_ENDPOINT is no address of a server", {
      subject: "NVIDIA_NIMS_ENDPOINT",
      hint,
    });
  if (scheme === "http" || scheme === "https") return { type: "http", url };
  return {
    type: "grpc",
    target: `${url.hostname}:${url.port || GRPC_PORT}`,
    isTls: scheme === "grpcs" || functionId !== undefined || tlsCa !== undefined,
  };
}

export function describeNimServer(settings: NimSettings): RemoteServer {
  const address = parseNimAddress(settings);
  return {
    engine: "NVIDIA_NIMS",
    address: address.type === "http" ? shownUrl(address.url) : address.target,
    secrets: [settings.apiKey],
    keySetting: "NVIDIA_NIMS_API_KEY",
    endpointSetting: "NVIDIA_NIMS_ENDPOINT",
  };
}

/** The id of the engine. It must change with everything that changes the transcripts. */
export function nimEngineId(settings: NimSettings, version: number): string {
  const { address } = describeNimServer(settings);
  const mark = createHash("sha256")
    .update([address, settings.functionId, settings.model, settings.language].join("\0"))
    .digest("hex")
    .slice(0, 8);
  return `NVIDIA_NIMS.${(settings.model ?? "default").replace(/[^\w.-]+/g, ".")}@${mark}.${version}`;
}
