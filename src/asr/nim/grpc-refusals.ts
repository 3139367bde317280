import type { ErrorCode } from "../../errors.ts";
import { refusal, type RemoteServer, type RequestFailure } from "../../remote/refusals.ts";

/**
 * The status codes of gRPC that the retry rules tell apart:
 * https://grpc.io/docs/guides/status-codes/
 */
const GRPC_REFUSALS: Readonly<
  Record<number, readonly [name: string, kind: RequestFailure["kind"], code: ErrorCode]>
> = {
  3: ["INVALID_ARGUMENT", "rejected", "USAGE"],
  4: ["DEADLINE_EXCEEDED", "once", "TIMED_OUT"],
  5: ["NOT_FOUND", "fatal", "USAGE"],
  7: ["PERMISSION_DENIED", "fatal", "CREDENTIALS"],
  8: ["RESOURCE_EXHAUSTED", "retry", "UNREACHABLE"],
  10: ["ABORTED", "retry", "ENGINE_FAILED"],
  11: ["OUT_OF_RANGE", "rejected", "USAGE"],
  12: ["UNIMPLEMENTED", "fatal", "USAGE"],
  13: ["INTERNAL", "once", "ENGINE_FAILED"],
  14: ["UNAVAILABLE", "retry", "UNREACHABLE"],
  16: ["UNAUTHENTICATED", "fatal", "CREDENTIALS"],
};
const HINTS: Partial<Record<ErrorCode, string>> = {
  CREDENTIALS:
    "set NVIDIA_NIMS_API_KEY (and NVIDIA_NIMS_FUNCTION_ID for hosted models) to what this server takes",
  UNREACHABLE:
    "start the server (a container may take half an hour), or correct NVIDIA_NIMS_ENDPOINT",
  USAGE: "mediasearch doctor   (lists the server's models and languages)",
  TIMED_OUT: "raise NVIDIA_NIMS_TIMEOUT, or see what the server does",
};

/**
 * Classifies a failed call for the retry rules.
 * @throws the signal's reason when it was ours to stop.
 */
export function fromGrpcError(
  server: RemoteServer,
  error: unknown,
  signal: AbortSignal,
): { readonly refused: RequestFailure } {
  signal.throwIfAborted();
  const {
    code = 2,
    details,
    message,
  } = error as { code?: number | string; details?: string; message: string };
  const said = details ?? message;
  const [name, kind, ours] = GRPC_REFUSALS[Number(code)] ?? [
    `code ${code}`,
    "once",
    "ENGINE_FAILED",
  ];
  const why = `${name}: ${said}`;
  if (code === 8 && /larger than max|too large|exceeds/i.test(said))
    return refusal(server, "size", "USAGE", why, HINTS.USAGE);
  if (/certificate|self[- ]signed|SSL|handshake|EPROTO|wrong version number/i.test(said))
    return refusal(
      server,
      "fatal",
      "USAGE",
      why,
      "grpcs:// for TLS, NVIDIA_NIMS_TLS_CA=FILE for certificates of your own",
    );
  return refusal(server, kind, ours, why, HINTS[ours], error);
}
