/**
 * Where ONNX Runtime's native parts are, once they are unpacked. A module of its own that imports
 * nothing: `onnx-binding.ts` is loaded by CommonJS, for which the build wraps all that it imports.
 */
export const runtime: { folder: string } = { folder: "" };
