import { commandWords } from "../config/command-words.ts";
import type { Setting } from "../config/setting.ts";
import { type SettingName, SETTINGS } from "../config/settings.ts";
import { styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { CONFIG_SPEC } from "../cli/specs/machine.ts";
import { formatJson } from "../text/format.ts";

interface SettingRow {
  readonly name: SettingName;
  readonly env: string;
  readonly flag: string | null;
  /** null when it is not set; secrets show only whether they are. */
  readonly value: string | number | boolean | null;
  readonly source: string;
  /** The flag, variable or file; null for defaults. */
  readonly from: string | null;
}

const SECRET_IS_SET = "(set, not shown)";

export const run: Command<typeof CONFIG_SPEC> = async (_args, flags, context) => {
  const { io, config } = context;
  const rows = (Object.keys(SETTINGS) as SettingName[]).map((name) => row(name, context));
  const { places, notices, replaced } = config;
  if (hasFlag(flags, "json")) {
    io.stdout.write(
      `${formatJson({ version: 1, settings: rows, files: places, notices, replaced: replaced.map(({ name, answer }) => ({ name, answer })) })}\n`,
    );
    return 0;
  }
  const paint = styler(io.stdout, io.env);
  const nameWidth = Math.max(...rows.map(({ env }) => env.length));
  const valueWidth = Math.min(50, Math.max(...rows.map(({ value }) => shownValue(value).length)));
  for (const { env, value, source, from } of rows) {
    const isByName = source === "flag" || source === "environment";
    const origin = isByName ? `${source}: ${from}` : from;
    const shownOrigin = from === null ? paint("dim", source) : origin;
    io.stdout.write(
      `${env.padEnd(nameWidth)}  ${paint("cyan", stripControls(shownValue(value)).padEnd(valueWidth))}  ${stripControls(shownOrigin ?? "")}\n`,
    );
  }
  for (const { kind, path, isThere } of places)
    io.stderr.write(`${kind}: ${stripControls(path)}${isThere ? "" : " (there is none)"}\n`);
  for (const notice of notices)
    io.stderr.write(`${paint("yellow", "warning:")} ${stripControls(notice)}\n`);
  for (const { name, answer } of replaced)
    io.stderr.write(`${name}: not read any more: ${answer}\n`);
  return 0;
};

const shownValue = (value: SettingRow["value"]): string => (value === null ? "-" : String(value));

/**
 * What a value shows of itself: of a secret that it is set, of a command its program, of an address
 * no query.
 */
function shownSetting(value: SettingRow["value"], setting: Setting<unknown>): SettingRow["value"] {
  if (value === null) return null;
  if (setting.isSecret) return SECRET_IS_SET;
  if (typeof value !== "string") return value;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(value))
    return value.replaceAll(/([?&][^=&#]*=)[^&#]*/g, "$1…");
  if (!setting.mayHoldKeys) return value;
  const [program = "", ...args] = commandWords(value);
  return args.length > 0 ? `${program} …` : program;
}

function row(name: SettingName, { config }: CommandContext): SettingRow {
  const setting = SETTINGS[name] as Setting<unknown>;
  const value = config.settings[name] ?? null;
  const { kind, from } = config.sources[name];
  return {
    name,
    env: setting.env,
    flag: setting.flag ?? null,
    value: shownSetting(value, setting),
    source: kind,
    from: from === "" ? null : from,
  };
}
