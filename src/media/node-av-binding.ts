import { createRequire } from "node:module";
import { arch, platform } from "node:process";

/** Node for Windows is built with MSVC. */
const TARGET = platform === "win32" ? `win32-${arch}-msvc` : `${platform}-${arch}`;

/**
 * FFmpeg's native part, out of the package that npm installs for this platform. In the built
 * program this module takes the place of node-av's own `binding.js`, which looks for builds in
 * folders that lie beside its JavaScript: beside the built program these are other people's.
 */
export const bindings: unknown = createRequire(import.meta.url)(
  `@seydx/node-av-${TARGET}/node-av.node`,
);
