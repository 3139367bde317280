import { COMMANDS } from "../src/commands/table.ts";
import { SETTINGS } from "../src/config/settings.ts";
import { ERRORS } from "../src/errors.ts";
import { commandLines } from "./command-line.ts";

/** Text as roff takes it, https://man7.org/linux/man-pages/man7/man.7.html: no line may begin as a request, no hyphen becomes a dash. */
const roff = (text: string): string => text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(['.])/gm, "\\&$1");
const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

export function manPage(version: string): string {
  const lines = commandLines();
  const commands = COMMANDS.map((spec, i) => {
    const options = (lines[i]?.options ?? []).map(({ short, long, value, help, choices }) =>
      `.TP\n${short === undefined ? "" : `${bold(`-${short}`)}, `}${bold(`--${long}`)}${value === undefined ? "" : ` \\fI${roff(value)}\\fR`}\n${roff(help)}${choices.length > 0 ? `: ${roff(choices.join(", "))}` : ""}`);
    const examples = spec.examples.map(([command, what]) => `.TP\n${bold(command)}\n${roff(what)}`);
    const args = spec.args.map(({ name }) => ` \\fI${roff(name)}\\fR`).join("");
    return `.SS ${spec.name}\n${bold(`mediasearch ${spec.name}`)}${args} [options]\n.PP\n${roff(sentence(spec.summary))}${spec.details ? `\n${roff(spec.details)}` : ""}\n${options.join("\n")}\n.PP\nExamples:\n${examples.join("\n")}`;
  });
  const variables = Object.values(SETTINGS).map(({ env, isSecret, help }) => `.TP\n${bold(env)}${isSecret ? `, ${bold(`${env}_FILE`)}` : ""}\n${roff(help)}`);
  const codes = new Map<number, string>([[0, "done"]]);
  for (const { exit, meaning } of Object.values(ERRORS)) if (!codes.has(exit)) codes.set(exit, meaning);
  const exits = [...codes].sort(([a], [b]) => a - b).map(([code, meaning]) => `.TP\n${bold(String(code))}\n${roff(meaning)}`);
  return `.\\" made by npm run docs
.TH MEDIASEARCH 1 "" "mediasearch ${version}" "User Commands"
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
