import { createRequire } from "node:module";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { Tensor } from "onnxruntime-common";
import { runtime } from "./runtime-folder.ts";

interface Binding {
  readonly InferenceSession: unknown;
  readonly listSupportedBackends: () => readonly unknown[];
  readonly initOrtOnce: (logLevel: number, tensor: typeof Tensor, isMainThread: boolean) => void;
}

/**
 * In the built program this module takes the place of onnxruntime-node's own `binding.js`, with its
 * exports: the native part lies where it was unpacked, not beside the JavaScript.
 */
export const binding = createRequire(import.meta.url)(
  join(runtime.folder, "onnxruntime_binding.node"),
) as Binding;

const LOG_WARNINGS = 2;
let isInitialised = false;

export function initOrt(): void {
  if (isInitialised) return;
  isInitialised = true;
  binding.initOrtOnce(LOG_WARNINGS, Tensor, isMainThread);
}
