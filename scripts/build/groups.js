/**
 * To load a file takes half a millisecond, however small: what every command needs is one, and what
 * every search needs another. Modules that only some commands need stay out of these: of a file
 * that is in the compile cache already, functions that nobody called then are compiled anew each
 * time. Measured: 3 ms less for every command, 6 for a search.
 * @param {readonly string[]} paths
 */
const folder = (...paths) => new RegExp(`[\\\\/](?:${paths.join("|")})`.replaceAll("/", "[\\\\/]"));

export const groups = [
  {
    name: "common",
    test: folder(
      "src/(?:errors|location|shell-words|version)\\.ts",
      "src/app/context\\.ts",
      "src/cli/tell\\.ts",
      "src/(?:asr|embed)/(?:registry|settings)\\.ts",
      "src/(?:asr|embed|backends)/[^/]+/settings\\.ts",
      "src/config/",
      "src/notifications/address\\.ts",
      "src/terminal/",
      "src/text/(?:format|strip-controls)\\.ts",
      "rolldown",
    ),
  },
  {
    name: "search",
    test: folder(
      "@noble/",
      "better-sqlite3/",
      "src/(?:search|text|backends/local|app/search)/",
      "src/embedding-model\\.ts",
      "src/app/(?:display-path|find-asset)\\.ts",
      "src/backends/(?:registry|lease)\\.ts",
      "src/embed/(?:remember-queries|passages|minilm/identify)\\.ts",
      "src/models/(?:catalogue|onnx-runtime)\\.ts",
      "src/results/(?:links|markdown|search-result|records|screen|timecode)\\.ts",
      "src/cli/(?:command|filter-flags|flags|output-format)\\.ts",
      "src/commands/search/(?:command|options|print)\\.ts",
    ),
  },
];
