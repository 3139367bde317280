/** Who may import whom: docs/architecture.md in rules. Each folder of replaceable parts stands alone. */
const only = (name, from, to, comment) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    only("no-cycles", {}, { circular: true }, "a cycle means that two files are one"),
    only(
      "commands-stand-alone",
      {
        path: "^src/commands/(?!table|command|format|show-path|find-asset|asset-records|parse-time|search-|ingest-|index-|mcp|migrate)",
      },
      {
        path: "^src/commands/(?!table|command|format|show-path|find-asset|asset-records|parse-time|search-|ingest-|mcp-|index-report|index-run|index-view)",
      },
      "commands never import commands",
    ),
    only(
      "types-import-nothing",
      { path: "^src/(types|errors)\\.ts$" },
      { path: "^src/" },
      "the bottom of everything",
    ),
    only(
      "pipeline-and-search",
      { path: "^src/(pipeline|search)/", pathNot: "\\.test\\.ts$" },
      {
        path: "^src/",
        pathNot:
          "^src/(pipeline|search|media)/|^src/(types|errors|place|hash-file)\\.ts$|^src/(objects/object-store|objects/ranged|backends/backend|backends/ledger|asr/transcriber|asr/settings|embed/embedder|embed/settings)\\.ts$",
      },
      "they know interfaces, never implementations",
    ),
    only(
      "migrate",
      { path: "^src/commands/migrate" },
      {
        path: "^src/commands/(?!table|command|format|show-path|find-asset|index-run|ingest-upload|migrate-)",
      },
      "migrate is one command in several files",
    ),
    only(
      "transfer",
      { path: "^src/transfer/", pathNot: "\\.test\\.ts$" },
      {
        path: "^src/",
        pathNot:
          "^src/(transfer|media/captions)/|^src/(types|errors|output|hash-file)\\.ts$|^src/search/parse-query\\.ts$|^src/(backends/backend|backends/ledger|embed/embedder)\\.ts$",
      },
      "moving knows interfaces, never implementations",
    ),
    only(
      "results-print",
      { path: "^src/results/", pathNot: "\\.test\\.ts$" },
      { path: "^src/", pathNot: "^src/(results|media)/|^src/(types|errors|output|place)\\.ts$" },
      "they know hits, not where these come from",
    ),
    only(
      "backends-apart",
      { path: "^src/backends/([^/]+)/", pathNot: "\\.(test|contract)\\.ts$" },
      {
        path: "^src/",
        pathNot:
          "^src/backends/$1/|^src/backends/(backend|ledger|lease)\\.ts$|^src/(types|errors)\\.ts$|^src/search/(words|exact|terms|spelling|parse-query)\\.ts$",
      },
      "a backend knows its interface and its own folder",
    ),
    only(
      "recognisers-apart",
      { path: "^src/asr/([^/]+)/", pathNot: "\\.(test|contract)\\.ts$" },
      {
        path: "^src/",
        pathNot:
          "^src/asr/$1/|^src/asr/(audio|remote)/|^src/remote/|^src/media/captions/|^src/asr/(transcriber|settings)\\.ts$|^src/(types|errors)\\.ts$|^src/models/",
      },
      "a recogniser knows its interface, what recognisers share (audio, remote), how captions are read, and its own folder",
    ),
    only(
      "shared-by-recognisers",
      { path: "^src/asr/(audio|remote)/", pathNot: "\\.test\\.ts$" },
      { path: "^src/asr/(?!audio/|remote/|transcriber|settings)" },
      "what recognisers share knows none of them",
    ),
    only(
      "quality",
      { path: "^src/quality/", pathNot: "\\.test\\.ts$" },
      {
        path: "^src/",
        pathNot: "^src/(quality|media)/|^src/(types|errors)\\.ts$|^src/asr/transcriber\\.ts$",
      },
      "measuring knows the interface, never a recogniser",
    ),
    only(
      "embedders-apart",
      { path: "^src/embed/([^/]+)/", pathNot: "\\.(test|contract)\\.ts$" },
      {
        path: "^src/",
        pathNot:
          "^src/embed/$1/|^src/embed/(embedder|settings|prefixes|wordpiece)\\.ts$|^src/remote/|^src/(types|errors)\\.ts$|^src/models/",
      },
      "an embedder knows its interface and its own folder",
    ),
    only(
      "objects-apart",
      { path: "^src/objects/", pathNot: "\\.(test|contract)\\.ts$" },
      { path: "^src/", pathNot: "^src/objects/|^src/(errors|place)\\.ts$" },
      "an object store knows objects, not what they hold",
    ),
    only(
      "s3-in-objects",
      { path: "^src/", pathNot: "^src/objects/s3/|^src/vast-options\\.ts$|\\.test\\.ts$" },
      { path: "node_modules/(@aws-sdk|@smithy/node-http-handler)/" },
      "one folder knows the S3 client",
    ),
    only(
      "wire-alone",
      { path: "^src/backends/vast/wire/", pathNot: "\\.test\\.ts$" },
      { path: "^src/", pathNot: "^src/backends/vast/wire/|^src/errors\\.ts$" },
      "the client of VAST DataBase could be a package",
    ),
    only(
      "arrow-in-vast",
      { path: "^src/", pathNot: "^src/backends/vast/|\\.test\\.ts$" },
      { path: "node_modules/(apache-arrow|flatbuffers|@smithy/signature-v4)/" },
      "one folder knows Arrow",
    ),
    only(
      "sqlite-in-local",
      { path: "^src/", pathNot: "^src/backends/local/|^src/doctor/|\\.test\\.ts$" },
      { path: "node_modules/better-sqlite3/" },
      "one folder knows SQLite",
    ),
    only(
      "onnx-in-engines",
      { path: "^src/", pathNot: "^src/(asr|embed)/|^src/doctor/|\\.test\\.ts$" },
      { path: "node_modules/onnxruntime" },
      "only engines run models",
    ),
    only(
      "grpc-in-nim",
      { path: "^src/", pathNot: "^src/asr/nim/|\\.test\\.ts$" },
      { path: "node_modules/@grpc/" },
      "one folder knows gRPC",
    ),
    only(
      "ffmpeg-in-media",
      { path: "^src/", pathNot: "^src/media/|\\.test\\.ts$" },
      { path: "node_modules/node-av/" },
      "one folder knows FFmpeg",
    ),
    only(
      "queue-in-run",
      { path: "^src/", pathNot: "^src/pipeline/run\\.ts$" },
      { path: "node_modules/p-queue/" },
      "one queue, one place",
    ),
    only(
      "children",
      {
        path: "^src/",
        pathNot:
          "^src/(media/|pipeline/workers|models/npm-config|asr/byo/run-command)|\\.test\\.ts$",
      },
      { path: "^(node:)?child_process$" },
      "child processes are supervised in one place",
    ),
    only(
      "light-start",
      {
        path: "^src/(cli|start|context|output|errors|types)\\.ts$|^src/config/|^src/commands/(table|command)\\.ts$",
        pathNot: "\\.test\\.ts$",
      },
      {
        path: "^src/(pipeline|search|media|models|asr|embed|backends|objects)/|node_modules/(?!commander|env-paths)",
        dependencyTypesNot: ["dynamic-import", "type-only"],
      },
      "nothing heavy on the start path",
    ),
    only(
      "emulator-apart",
      { path: "^emulator/" },
      { path: "^(src|test|bench)/" },
      "it must not share the assumptions of the client that is tested against it",
    ),
    only(
      "nobody-needs-the-emulator",
      { path: "^(src|bin)/", pathNot: "\\.test\\.ts$" },
      { path: "^emulator/" },
      "it is no part of the product",
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules|^dist/" },
    tsConfig: { fileName: "tsconfig.json" },
  },
};
