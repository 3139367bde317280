import { readFileSync } from "node:fs";

/** The version of this package. It is read when somebody asks: most commands never do. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
