/**
 * Writes docs/cli.md, docs/config.md, docs/errors.md, docs/caption-formats.md, the completions of
 * the shells and the man page out of the tables that the program itself runs on.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageVersion } from "../src/version.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "./completion-text.ts";
import { manPage } from "./man-text.ts";
import { captionFormatsDoc, cliDoc, configDoc, errorsDoc } from "./docs-text.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
write("docs/cli.md", await cliDoc());
write("docs/config.md", configDoc());
write("docs/errors.md", errorsDoc());
write("docs/caption-formats.md", captionFormatsDoc());
write("completions/mediasearch.bash", bashCompletion());
write("completions/mediasearch.zsh", zshCompletion());
write("completions/mediasearch.fish", fishCompletion());
write("man/mediasearch.1", manPage(packageVersion()));
