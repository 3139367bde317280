import { COMMANDS } from "../src/cli/command-table.ts";
import { SETTINGS } from "../src/config/settings.ts";
import { ERRORS } from "../src/errors.ts";
import { commandLines, type Option } from "./command-line.ts";

/**
 * What roff would print as another sign, by
 * https://man7.org/linux/man-pages/man7/groff_char.7.html.
 */
const SIGNS: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/**
 * Text as roff takes it, https://man7.org/linux/man-pages/man7/man.7.html: every sign as it is
 * typed, and no line may begin as a request.
 */
const roff = (text: string): string =>
  text.replace(/[\\'`^~-]/g, (sign) => SIGNS[sign] ?? sign).replace(/^\./gm, "\\&.");
const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

/** Lines that are indented stand as they are, the others are filled. */
function paragraphs(text: string): string {
  const isTable = (line: string | undefined): boolean => line?.startsWith("  ") === true;
  return text
    .split("\n")
    .map((line, i, all) =>
      [
        ...(isTable(line) && !isTable(all[i - 1]) ? [".PP", ".nf"] : []),
        roff(line),
        ...(isTable(line) && !isTable(all[i + 1]) ? [".fi", ".PP"] : []),
      ].join("\n"),
    )
    .join("\n");
}

/** To copy: as it is typed, whatever the width of the page. */
const example = ([command, what]: readonly [string, string]): string =>
  `.PP\n${roff(sentence(what))}\n.PP\n.RS 4\n.EX\n${roff(command)}\n.EE\n.RE`;

function option({ short, long, value, help, choices, fallback }: Option): string {
  const named = `${short === undefined ? "" : `${bold(`-${short}`)}, `}${bold(`--${long}`)}${value === undefined ? "" : ` \\fI${roff(value)}\\fR`}`;
  return `.TP\n${named}\n${roff(help)}${choices.length > 0 ? `: ${roff(choices.join(", "))}` : ""}${fallback === undefined ? "" : ` (default: ${roff(fallback)})`}`;
}

export function manPage(version: string): string {
  const lines = commandLines();
  const commands = COMMANDS.map((spec, i) => {
    const args = spec.args.map(({ name }) => ` \\fI${roff(name)}\\fR`).join("");
    return [
      `.SS ${spec.name}`,
      `${bold(`mediasearch ${spec.name}`)}${args} [options]`,
      ".PP",
      roff(sentence(spec.summary)),
      ...(spec.details ? [paragraphs(spec.details)] : []),
      ...(lines[i]?.options ?? []).map(option),
      ".PP",
      "Examples:",
      ...spec.examples.map(example),
    ].join("\n");
  });
  const variables = Object.values(SETTINGS).map(
    ({ env, isSecret, help, fallbackText }) =>
      `.TP\n${bold(env)}${isSecret ? `, ${bold(`${env}_FILE`)}` : ""}\n${roff(help)} (default: ${roff(fallbackText)})`,
  );
  const codes = new Map<number, string>([[0, "done"]]);
  for (const { exit, meaning } of Object.values(ERRORS))
    if (!codes.has(exit)) codes.set(exit, meaning);
  const exits = [...codes]
    .sort(([a], [b]) => a - b)
    .map(([code, meaning]) => `.TP\n${bold(String(code))}\n${roff(meaning)}`);
  return `.\\" made by npm run docs
.TH MEDIASEARCH 1 "" "mediasearch ${version}" "User Commands"
.\\" Neither hyphenated nor justified: names and commands are to be copied.
.nh
.ad l
.SH NAME
mediasearch \\- find what is said in audio and video
.SH SYNOPSIS
${bold("mediasearch")} \\fIcommand\\fR [options]
.SH DESCRIPTION
One command reads the captions or recognises the speech of a folder of recordings; another finds the file, the second and the speaker. Everything runs on this machine.
.SH COMMANDS
${commands.join("\n")}
.SH ENVIRONMENT
Flags win over the environment, that over configuration files; ${bold("mediasearch config")} shows every value and where it came from.
${variables.join("\n")}
.SH EXIT STATUS
${exits.join("\n")}
.SH SEE ALSO
The folder docs of the package: cli.md, config.md, errors.md, operations.md.
`;
}
