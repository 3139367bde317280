/**
 * A speech NIM: Riva over gRPC, text over HTTP; what it answers it has really heard.
 * (test/interop/riva_server.py is one with NVIDIA's own stubs.) `POST /faults`, `GET /log` as in
 * whisper-server.ts, `POST /profile` sets what it can do. Prints the ports of HTTP and of gRPC;
 * `--tls KEY CERTIFICATE` for gRPC over TLS.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Cue } from "../../src/types.ts";
import { toWav } from "../../src/asr/audio/wav.ts";
import { openEars } from "./ears.ts";
import { commit, type Fault, json, readBody } from "./http-faults.ts";

interface GrpcFault extends Fault {
  readonly code?: number;
  readonly details?: string;
}
interface Profile {
  readonly models: readonly {
    readonly model_name: string;
    readonly parameters: Readonly<Record<string, string>>;
  }[];
  readonly hasWords: boolean;
  readonly hasSpeakers: boolean;
  /** Refuses requests that ask for what it has not. */
  readonly isStrict: boolean;
  readonly mostBytes: number;
  readonly key: string;
}
interface Config {
  readonly encoding: string;
  readonly sample_rate_hertz: number;
  readonly language_code: string;
  readonly enable_word_time_offsets: boolean;
  readonly model: string;
  readonly diarization_config: { readonly enable_speaker_diarization: boolean } | null;
}

const DEFAULT: Profile = {
  models: [
    { model_name: "parakeet-ctc-offline", parameters: { type: "offline", language_code: "en-US" } },
  ],
  hasWords: true,
  hasSpeakers: true,
  isStrict: false,
  mostBytes: 4_194_304,
  key: "",
};
const hear = await openEars();
let profile = DEFAULT;
let faults: GrpcFault[] = [];
let log: unknown[] = [];

class Refused extends Error {
  readonly code: number;
  readonly details: string;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}' -]/gu, "");

function wavOf(pcm: Buffer): Buffer {
  return toWav(
    Float32Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(i * 2) / 32_767),
  );
}

async function recognise(config: Config, audio: Buffer): Promise<unknown[]> {
  const fault = faults.shift();
  if (fault?.delayMs !== undefined)
    await new Promise((resolve) => {
      setTimeout(resolve, fault.delayMs);
    });
  if (fault?.hang) await new Promise(() => {});
  if (fault?.code !== undefined) throw new Refused(fault.code, fault.details ?? "a fault");
  if (audio.length > profile.mostBytes)
    throw new Refused(
      8,
      `SERVER: Received message larger than max (${audio.length} vs. ${profile.mostBytes})`,
    );
  if (config.encoding !== "LINEAR_PCM" || config.sample_rate_hertz !== 16_000)
    throw new Refused(3, `Error: unsupported encoding ${config.encoding}`);
  const known = profile.models.some(
    ({ model_name, parameters }) =>
      (config.model === "" || config.model === model_name) &&
      parameters["language_code"]?.split(",").includes(config.language_code),
  );
  if (profile.models.length > 0 && !known)
    throw new Refused(
      3,
      `Error: Unavailable model requested given these parameters: language_code=${config.language_code}; sample_rate=16000; model=${config.model}`,
    );
  const wantsSpeakers = config.diarization_config?.enable_speaker_diarization === true;
  if (profile.isStrict && !profile.hasSpeakers && wantsSpeakers)
    throw new Refused(3, "Error: Speaker diarization is not supported by this model");
  const { cues } = await hear(wavOf(audio));
  return cues.map((cue, i) =>
    resultOf(cue, config, wantsSpeakers && profile.hasSpeakers ? i % 2 : 0),
  );
}

const resultOf = (
  cue: Cue,
  { enable_word_time_offsets, language_code }: Config,
  speaker: number,
): unknown => ({
  alternatives: [
    {
      transcript: `${cue.text} `,
      confidence: 0,
      language_code: [language_code],
      words:
        enable_word_time_offsets && profile.hasWords
          ? (cue.words ?? []).map(({ text, startMs, endMs, confidence }) => ({
              word: bare(text),
              start_time: startMs,
              end_time: endMs,
              confidence: confidence ?? 0,
              speaker_tag: speaker,
              language_code: "",
            }))
          : [],
    },
  ],
  channel_tag: 1,
  audio_processed: cue.endMs / 1000,
});

type Metadata = ServerUnaryCall<unknown, unknown>["metadata"];
function note(method: string, metadata: Metadata, request: unknown): void {
  const { authorization = null, "function-id": functionId = null } = metadata.getMap();
  log.push({ method, authorization, functionId, request });
  if (profile.key !== "" && authorization !== `Bearer ${profile.key}`)
    throw new Refused(16, `invalid token ${String(authorization)}`);
}

const unary =
  (act: (call: ServerUnaryCall<Record<string, unknown>, unknown>) => Promise<unknown>) =>
  (call: ServerUnaryCall<Record<string, unknown>, unknown>, done: sendUnaryData<unknown>): void => {
    act(call).then(
      (value) => done(null, value),
      (error: { code?: number; details?: string; message: string }) =>
        done({ code: error.code ?? 2, details: error.details ?? error.message }),
    );
  };

const service: UntypedServiceImplementation = {
  Recognize: unary(async ({ request, metadata }) => {
    const { config, audio } = request as { config: Config; audio: Buffer };
    note("Recognize", metadata, { ...config, bytes: audio.length });
    return { results: await recognise(config, audio) };
  }),
  StreamingRecognize(
    call: ServerDuplexStream<
      { streaming_config: { config: Config } | null; audio_content: Buffer },
      unknown
    >,
  ) {
    let config: Config | undefined;
    const parts: Buffer[] = [];
    call.on("data", (message) => {
      if (message.streaming_config) config = message.streaming_config.config;
      else parts.push(message.audio_content);
    });
    call.on("end", () => {
      const act = async (): Promise<void> => {
        const audio = Buffer.concat(parts);
        note("StreamingRecognize", call.metadata, {
          ...config,
          bytes: audio.length,
          parts: parts.length,
        });
        for (const result of await recognise(config as Config, audio)) {
          call.write({
            results: [
              {
                alternatives: [{ transcript: "an interim guess", words: [] }],
                is_final: false,
                stability: 0.1,
              },
            ],
          });
          call.write({ results: [{ ...(result as object), is_final: true }] });
        }
        call.end();
      };
      act().catch((error: { code?: number; details?: string; message: string }) =>
        call.emit("error", { code: error.code ?? 2, details: error.details ?? error.message }),
      );
    });
  },
  GetRivaSpeechRecognitionConfig: unary(async ({ metadata }) => {
    note("GetRivaSpeechRecognitionConfig", metadata, {});
    if (profile.models.length === 0) throw new Refused(12, "not implemented");
    return { model_config: profile.models };
  }),
};

async function overHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://server");
  const body = await readBody(request);
  if (pathname === "/faults") {
    faults = JSON.parse(body.toString()) as GrpcFault[];
    log = [];
    return json(response, 200, {});
  }
  if (pathname === "/profile") {
    profile = { ...DEFAULT, ...(JSON.parse(body.toString()) as Partial<Profile>) };
    return json(response, 200, {});
  }
  if (pathname === "/log") return json(response, 200, log);
  if (pathname === "/v1/health/ready")
    return json(response, 200, { object: "health.response", message: "ready", ready: true });
  if (pathname !== "/v1/audio/transcriptions") return json(response, 404, { detail: "Not Found" });
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": request.headers["content-type"] ?? "" },
  }).formData();
  const file = form.get("file");
  const fields = Object.fromEntries([...form].filter(([, value]) => typeof value === "string"));
  log.push({
    method: "http",
    authorization: request.headers.authorization ?? null,
    request: fields,
  });
  if (await commit(faults.shift(), response)) return;
  if (file === null || typeof file === "string" || !("language" in fields || "model" in fields))
    return json(response, 400, { detail: "language or model is required" });
  if (!["json", "text"].includes(String(fields["response_format"] ?? "json")))
    return json(response, 400, { detail: "response_format must be json or text" });
  const { cues, durationMs } = await hear(Buffer.from(await file.arrayBuffer()));
  json(response, 200, {
    text: cues.map(({ text }) => text).join(" "),
    usage: { type: "duration", seconds: durationMs / 1000 },
  });
}

const protos = fileURLToPath(new URL("../../src/asr/nim/protos", import.meta.url));
const packages = loadPackageDefinition(
  loadSync(["riva/proto/riva_asr.proto", "grpc/health/v1/health.proto"], {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
    includeDirs: [protos],
  }),
) as unknown as {
  nvidia: { riva: { asr: { RivaSpeechRecognition: { service: ServiceDefinition } } } };
  grpc: { health: { v1: { Health: { service: ServiceDefinition } } } };
};
const grpc = new Server({ "grpc.max_receive_message_length": 64 * 2 ** 20 });
grpc.addService(packages.nvidia.riva.asr.RivaSpeechRecognition.service, service);
grpc.addService(packages.grpc.health.v1.Health.service, {
  Check: unary(async () => ({ status: "SERVING" })),
});
const [flag, key, certificate] = process.argv.slice(2);
const credentials =
  flag === "--tls"
    ? ServerCredentials.createSsl(null, [
        { private_key: readFileSync(key ?? ""), cert_chain: readFileSync(certificate ?? "") },
      ])
    : ServerCredentials.createInsecure();
const grpcPort = await new Promise<number>((resolve, reject) => {
  grpc.bindAsync("127.0.0.1:0", credentials, (error, port) =>
    error ? reject(error) : resolve(port),
  );
});
const server = createServer((request, response) => {
  overHttp(request, response).catch((error: unknown) =>
    json(response, 500, { detail: String(error) }),
  );
});
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`${(server.address() as AddressInfo).port} ${grpcPort}\n`),
);
process.on("disconnect", () => process.exit(0));
