/** Who may import whom, folder by folder: docs/architecture.md as rules. */
const BOTTOM =
  "^src/(version|types|errors|location|hash-file|retry|check|embedding-model|shell-words|supervised-child|fingerprint|engine-chain|transcript-edits|edited-fingerprint|edited-track|process-mark|process-memory|launcher|file-cage|private-folder|unfinished|bounded-json|proxy|public-address|selection|long-step|progress-deadline)\\.ts$";
const BACKEND_INTERFACES = "^src/backends/[^/]+\\.ts$";
const ENGINE_INTERFACES = "^src/(asr|embed)/[^/]+\\.ts$";
const OBJECT_INTERFACES = "^src/objects/[^/]+\\.ts$";
/**
 * Settings of replaceable parts, and the registries that collect them: every command loads these.
 */
const LIGHT =
  "^src/(asr|embed)/(registry|settings)\\.ts$|^src/(asr|embed|backends)/[^/]+/settings\\.ts$";
const TESTS = "\\.(test|contract)\\.ts$";
/** What tables of settings are made of; each stands in the folder of the part that it sets. */
const SETTINGS_TOOLS = "^src/config/(setting|folders|command-words)\\.ts$";
const REGISTRIES = "/registry\\.ts$";

const rule = (name, from, to, comment) => ({ name, comment, severity: "error", from, to });

/** A folder may import only itself and what is listed. */
const folder = (name, allowed, comment) =>
  rule(
    `${name}-imports`,
    { path: `^src/${name}/`, pathNot: TESTS },
    { path: "^src/", pathNot: [`^src/${name}/`, BOTTOM, ...allowed] },
    comment,
  );

/**
 * Implementations of one interface: each knows the interface and its own folder, never a sibling.
 */
const siblings = (name, shared, comment) =>
  rule(
    `${name}-implementations`,
    { path: `^src/${name}/([^/]+)/`, pathNot: TESTS },
    { path: "^src/", pathNot: [`^src/${name}/$1/`, BOTTOM, ...shared] },
    comment,
  );

/** One package, one folder. */
const onlyIn = (name, packages, path, comment) =>
  rule(
    name,
    { path: "^src/", pathNot: [path, TESTS] },
    { path: `node_modules/(${packages})/` },
    comment,
  );

module.exports = {
  forbidden: [
    rule("no-cycles", {}, { circular: true }, "a cycle means that two files are one"),
    rule(
      "bottom",
      { path: BOTTOM, pathNot: TESTS },
      { path: "^src/", pathNot: BOTTOM },
      "the bottom of everything imports nothing above it",
    ),

    // Doors: cli with its commands, mcp. A door never imports another door.
    rule(
      "commands-apart",
      { path: "^src/commands/([^/.]+)", pathNot: TESTS },
      {
        path: "^src/commands/",
        pathNot: ["^src/commands/$1[/.]", "^src/commands/index/show-run\\.ts$"],
      },
      "a command never imports another command, but for the report of a run, which three show",
    ),
    rule(
      "mcp-is-a-door",
      { path: "^src/mcp/", pathNot: TESTS },
      { path: "^src/(cli|commands|terminal|server)/" },
      "a door never imports another door",
    ),
    rule(
      "server-is-a-door",
      { path: "^src/server/", pathNot: TESTS },
      { path: "^src/(cli|commands|terminal|mcp)/" },
      "a door never imports another door",
    ),
    rule(
      "doors-are-on-top",
      { path: "^src/", pathNot: ["^src/(cli|commands|mcp|server)/", "^src/start\\.ts$", TESTS] },
      { path: "^src/(cli|commands|mcp|server)/", pathNot: "^src/cli/main\\.ts$" },
      "what the program does knows no flag and no door",
    ),
    rule(
      "app-knows-no-terminal",
      {
        path: "^src/(app|pipeline|search|transfer|backends|asr|embed|media|objects|models)/",
        pathNot: TESTS,
      },
      { path: "^src/terminal/" },
      "what the program does knows no stream and no colour",
    ),

    // What the program is made of.
    folder("text", [], "words, spellings, formats: under search and stores alike"),
    folder("terminal", ["^src/text/"], "streams, styles, lines of state"),
    folder(
      "pipeline",
      ["^src/(media|text)/", BACKEND_INTERFACES, ENGINE_INTERFACES, OBJECT_INTERFACES],
      "stages know interfaces, never implementations",
    ),
    folder(
      "search",
      ["^src/text/", BACKEND_INTERFACES, ENGINE_INTERFACES],
      "it knows interfaces, never implementations",
    ),
    folder(
      "transfer",
      ["^src/(text|media/captions)/", BACKEND_INTERFACES, ENGINE_INTERFACES],
      "moving knows interfaces, never implementations",
    ),
    folder("results", ["^src/(media|text|terminal)/"], "they know hits, not where these come from"),
    folder("evaluation", ["^src/media/", ENGINE_INTERFACES], "it knows interfaces only"),
    folder("objects", [], "an object store knows objects, not what they hold"),
    folder("notifications", [], "what buckets tell, not what becomes of it"),
    folder("media", ["^src/text/"], "how bytes become audio, captions and clips"),
    folder("watchdog", [], "it ends the process, whatever that is at"),
    folder("remote", [], "HTTP to engines"),
    rule(
      "page-alone",
      { path: "^src/server/web/", pathNot: TESTS },
      { path: "^src/", pathNot: "^src/(server/web|client)/" },
      "browsers run it: it knows the API, not the program",
    ),
    folder("client", [], "programs of others contain it: it depends on nothing"),
    rule(
      "registries",
      { path: "^src/(pipeline|search|transfer|results|mcp)/", pathNot: TESTS },
      { path: REGISTRIES },
      "only what composes the program opens implementations",
    ),
    siblings(
      "backends",
      ["^src/text/", BACKEND_INTERFACES, SETTINGS_TOOLS],
      "a backend knows its interfaces and its own folder",
    ),
    siblings(
      "asr",
      [
        "^src/(asr/(audio|remote)|remote|media/captions|models)/",
        "^src/asr/[^/]+\\.ts$",
        SETTINGS_TOOLS,
      ],
      "a recogniser knows its interface, what recognisers share, and its own folder",
    ),
    rule(
      "shared-by-recognisers",
      { path: "^src/asr/(audio|remote)/", pathNot: TESTS },
      { path: "^src/asr/[^/]+/", pathNot: "^src/asr/(audio|remote)/" },
      "what recognisers share knows none of them",
    ),
    siblings(
      "notifications",
      ["^src/notifications/[^/]+\\.ts$"],
      "a feed knows its interface and its own folder",
    ),
    siblings(
      "embed",
      ["^src/(remote|models)/", "^src/embed/[^/]+\\.ts$", SETTINGS_TOOLS],
      "an embedder knows its interface and its own folder",
    ),
    rule(
      "wire-alone",
      { path: "^src/backends/vast/wire/", pathNot: TESTS },
      { path: "^src/", pathNot: ["^src/backends/vast/wire/", BOTTOM] },
      "the client of VAST DataBase could be a package",
    ),

    // One folder knows each of the large packages.
    onlyIn(
      "s3-in-objects",
      "@aws-sdk|@smithy/node-http-handler",
      "^src/(objects/s3/|notifications/sqs/|backends/vast/options\\.ts$)",
      "S3",
    ),
    onlyIn(
      "arrow-in-vast",
      "apache-arrow|flatbuffers|@smithy/signature-v4",
      "^src/backends/vast/",
      "Arrow",
    ),
    onlyIn("sqlite-in-local", "better-sqlite3", "^src/(backends/local|doctor)/", "SQLite"),
    onlyIn(
      "onnx-in-models",
      "onnxruntime[^/]*",
      "^src/models/onnx-(runtime|binding)\\.ts$",
      "ONNX",
    ),
    onlyIn("grpc-in-nim", "@grpc", "^src/asr/nim/", "gRPC"),
    onlyIn("kafka-in-notifications", "@platformatic", "^src/notifications/kafka/", "Kafka"),
    onlyIn("ffmpeg-in-media", "node-av", "^src/media/", "FFmpeg"),
    onlyIn("http-in-server", "hono|@hono", "^src/server/", "HTTP"),
    onlyIn("sign-in-in-oidc", "openid-client|oauth4webapi", "^src/server/oidc/", "OpenID Connect"),
    onlyIn("queue-in-run", "p-queue", "^src/pipeline/run\\.ts$", "one queue, one place"),
    rule(
      "children",
      {
        path: "^src/",
        pathNot: [
          "^src/supervised-child\\.ts$",
          "^src/media/player\\.ts$",
          "^src/models/npm-config\\.ts$",
          "^src/asr/custom/run-command\\.ts$",
          "^src/(process-mark|process-memory|launcher)\\.ts$",
          TESTS,
        ],
      },
      { path: "^(node:)?child_process$|node_modules/execa/" },
      "child processes are supervised in one place",
    ),
    rule(
      "light-search",
      {
        path: [
          "^src/(search|text|terminal|backends/local|app/search)/",
          "^src/(errors|location|process-mark|unfinished|embedding-model)\\.ts$",
          BACKEND_INTERFACES,
        ],
        pathNot: TESTS,
      },
      {
        path: "^(node:)?(child_process|crypto|fs/promises|process|stream|zlib|net|tls|https?|worker_threads)$",
        dependencyTypesNot: ["dynamic-import", "type-only"],
      },
      "each of these builtins costs every search milliseconds: process.getBuiltinModule where needed",
    ),
    rule(
      "light-start",
      {
        path: [
          "^src/(start|errors|types|location|shell-words|embedding-model)\\.ts$",
          "^src/(cli|config|terminal)/|^src/app/context\\.ts$",
          LIGHT,
        ],
        pathNot: TESTS,
      },
      {
        path: "^src/(pipeline|search|media|models|asr|embed|backends|objects|results|transfer|doctor)/|node_modules/(?!commander|@commander-js|env-paths)",
        pathNot: LIGHT,
        dependencyTypesNot: ["dynamic-import", "type-only"],
      },
      "nothing heavy on the start path",
    ),

    rule(
      "settings-without-crypto",
      { path: "^src/.*settings\\.ts$" },
      { path: "^(node:)?crypto$" },
      "every command loads the settings, and crypto would cost each start 4 ms",
    ),

    rule(
      "emulator-apart",
      { path: "^emulator/" },
      { path: "^(src|test|bench)/" },
      "it must not share the assumptions of the client that is tested against it",
    ),
    rule(
      "nobody-needs-the-emulator",
      { path: "^(src|bin)/", pathNot: TESTS },
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
