import { main } from "../src/cli.ts";
import { COMMANDS } from "../src/commands/table.ts";
import { SETTINGS } from "../src/config.ts";
import { ERRORS } from "../src/errors.ts";

const MADE = "<!-- made by `npm run docs` -->";

async function help(...argv: readonly string[]): Promise<string> {
  let text = "";
  const sink = { write: (part: string) => { text += part; } };
  await main([...argv, "--help"], { stdout: sink, stderr: sink, env: {}, cwd: "/", signal: new AbortController().signal });
  return text.trim();
}

export async function cliDoc(): Promise<string> {
  const parts = [MADE, "# Commands", `\`\`\`\n${await help()}\n\`\`\``];
  for (const { name } of COMMANDS) parts.push(`## ${name}`, `\`\`\`\n${await help(name)}\n\`\`\``);
  return `${parts.join("\n\n")}\n`;
}

export function configDoc(): string {
  const rows = Object.values(SETTINGS).map(({ env, flag, help: text, fallbackText }) => `| \`${env}\` | ${flag === undefined ? "" : `\`--${flag}\``} | ${text} | ${fallbackText} |`);
  return `${MADE}\n\n# Settings\n\nA flag wins over the environment, that over the default.\n\n| variable | flag | what | default |\n|---|---|---|---|\n${rows.join("\n")}\n| \`MEDIASEARCH_HOME\` | | folder of the library file | the user's data folder |\n`;
}

export function errorsDoc(): string {
  const rows = Object.entries(ERRORS).map(([code, { exit, meaning }]) => `| ${exit} | \`${code}\` | ${meaning} |`);
  return `${MADE}\n\n# Errors and exit codes\n\n0 is success. With \`--json\` the last line on stderr is the error as JSON: \`{"error":{"code","exitCode","message","hint","subject"}}\`.\n\n| exit code | code | meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
}
