/** Under this name workers ask for the runtime, as they ask for models. */
export const RUNTIME = "onnxruntime";

/**
 * Where ONNX Runtime's native parts are, once they are unpacked. A module of its own that imports
 * nothing: `onnx-binding.ts` is loaded by CommonJS, for which the build wraps all that it imports.
 */
export const runtime: {
  folder: string;
  /**
   * Who is asked for the folder. A worker asks the main process: in a user namespace of its own it
   * can't tell whose a folder is, nor may it be allowed to write there.
   */
  provide?: () => Promise<string>;
} = { folder: "" };
