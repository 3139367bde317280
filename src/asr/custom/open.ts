import { createHash } from "node:crypto";
import { basename } from "node:path";
import { MediasearchError } from "../../errors.ts";
import { loadVoiceActivity, VAD_FILE, VAD_MODEL } from "../audio/voice-activity.ts";
import type { Engine } from "../remote/engine.ts";
import { shownUrl } from "../../remote/http.ts";
import { openRemote } from "../remote/open.ts";
import type { RemoteServer } from "../../remote/refusals.ts";
import type { RequestSettings } from "../settings.ts";
import type { CustomSettings } from "./settings.ts";
import type { Transcriber, OwnOptions } from "../transcriber.ts";
import { askCommand } from "./ask-command.ts";
import { askServer } from "./ask-server.ts";
import { openCommands } from "./run-command.ts";

/** It must be raised when a change of what is sent or read changes the transcripts. */
const CUSTOM_SETTINGS_VERSION = 1;

/**
 * Opens a recogniser of the user's own: a command, or a server that keeps the HTTP contract of
 * docs/engines.md.
 */
export async function open({
  models,
  requests,
  settings,
}: OwnOptions<CustomSettings>): Promise<Transcriber> {
  const engine = openCustomEngine(settings, requests);
  const files = await models(VAD_MODEL);
  return openRemote(engine, await loadVoiceActivity(files[VAD_FILE] ?? ""), requests);
}

/** @throws USAGE when there is neither a command nor an address, or both. */
export function openCustomEngine(settings: CustomSettings, requests: RequestSettings): Engine {
  const server = describeCustomServer(settings);
  const commands = openCommands();
  const isCommand = settings.command.length > 0;
  const identity = isCommand ? settings.command.join("\0") : server.address;
  const name = (isCommand ? server.address : new URL(settings.endpoint ?? "").hostname).replace(
    /[^\w.-]+/g,
    ".",
  );
  const mark = createHash("sha256")
    .update(`${identity}\0${settings.model ?? ""}\0${settings.maxMs}`)
    .digest("hex")
    .slice(0, 8);
  return {
    id: `BYO.${name}@${mark}.${CUSTOM_SETTINGS_VERSION}`,
    languages: [],
    longestMs: settings.maxMs,
    // A command loads its model in every run, so only JOB_CONCURRENCY may start two at a time.
    concurrency: isCommand ? 1 : requests.concurrency,
    recognise: (chunk, options) =>
      isCommand
        ? askCommand(chunk, options, settings, requests, server, commands)
        : askServer(chunk, options, settings, requests, server),
    stop: () => commands.stop(),
    close: () => commands.stop(),
  };
}

export function describeCustomServer(settings: CustomSettings): RemoteServer {
  const { command, endpoint } = settings;
  if (command.length > 0 === (endpoint !== undefined))
    throw new MediasearchError(
      "USAGE",
      command.length > 0
        ? "BYO: both BYO_ASR_COMMAND and BYO_ASR_ENDPOINT are set"
        : "BYO: neither BYO_ASR_COMMAND nor BYO_ASR_ENDPOINT is set",
      {
        subject: "BYO_ASR_COMMAND",
        hint:
          command.length > 0
            ? "unset one of them"
            : "BYO_ASR_COMMAND='my-recogniser --json {input}'   (docs/engines.md)",
      },
    );
  if (endpoint !== undefined && !/^https?:\/\//i.test(endpoint))
    throw new MediasearchError("USAGE", "BYO_ASR_ENDPOINT must begin with http:// or https://", {
      subject: "BYO_ASR_ENDPOINT",
    });
  const secrets = [
    settings.apiKey,
    ...Object.entries(settings.environment)
      .filter(([name]) => /KEY|TOKEN|SECRET|PASS/i.test(name))
      .map(([, value]) => value),
  ];
  return {
    engine: "BYO",
    address: endpoint === undefined ? basename(command[0] ?? "") : shownUrl(new URL(endpoint)),
    secrets,
    keySetting: "BYO_ASR_API_KEY",
    endpointSetting: endpoint === undefined ? "BYO_ASR_COMMAND" : "BYO_ASR_ENDPOINT",
  };
}
