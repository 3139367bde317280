import { address, type SettingTable } from "./setting.ts";

/** Named as OpenTelemetry names them, so that a set-up that is there already counts. */
export interface TraceSettings {
  readonly otlpEndpoint: string | undefined;
  readonly otlpHeaders: string | undefined;
  readonly otlpService: string;
}

export const TRACE_SETTINGS: SettingTable<TraceSettings> = {
  otlpEndpoint: {
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    help: "address of an OpenTelemetry collector that takes traces over HTTP",
    parse: address,
    fallback: () => undefined,
    fallbackText: "none: no traces are sent",
  },
  otlpHeaders: {
    env: "OTEL_EXPORTER_OTLP_HEADERS",
    help: "headers for the collector: name=value, separated by commas",
    parse: (text) => text.trim(),
    fallback: () => undefined,
    fallbackText: "none",
    isSecret: true,
  },
  otlpService: {
    env: "OTEL_SERVICE_NAME",
    help: "name of this program in traces",
    parse: (text) => text.trim(),
    fallback: () => "mediasearch",
    fallbackText: "mediasearch",
  },
};
