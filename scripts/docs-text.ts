import { main } from "../src/cli/main.ts";
import { COMMANDS } from "../src/cli/command-table.ts";
import { typedFlag } from "../src/config/setting.ts";
import { SETTINGS } from "../src/config/settings.ts";
import { ERRORS } from "../src/errors.ts";
import { FORMATS } from "../src/media/captions/formats.ts";

const MADE = "<!-- made by `npm run docs` -->";

async function help(...argv: readonly string[]): Promise<string> {
  let text = "";
  const sink = {
    write: (part: string) => {
      text += part;
    },
  };
  await main([...argv, "--help"], {
    stdout: sink,
    stderr: sink,
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
  });
  return text.trim();
}

export async function cliDoc(): Promise<string> {
  const parts = [MADE, "# Commands", `\`\`\`\n${await help()}\n\`\`\``];
  for (const { name } of COMMANDS) parts.push(`## ${name}`, `\`\`\`\n${await help(name)}\n\`\`\``);
  return `${parts.join("\n\n")}\n`;
}

const CONFIG_INTRO = `A flag wins over the environment, that over a file given with \`--env-file\`, that over the project file, that over the user file, that
over the default. \`mediasearch config\` shows every value and where it came from.

- **project file**: \`mediasearch.config.json\` in the current folder or one above, up to the top of the repository or the home folder; or the file that
  \`--config\` or \`MEDIASEARCH_CONFIG\` names. One that was merely found counts only when no other user can write it, and then only for settings that can do
  no harm: no addresses, no keys, no engines, no places outside its folder. \`--config\` takes all of it.
- **user file**: \`mediasearch/config.json\` in \`XDG_CONFIG_HOME\` (\`~/.config\` on Linux).
- both hold one JSON object of the names in the third column, such as \`{ "language": "de", "jobs": 2 }\`. Paths in them start at their folder.
- **secrets** are never printed. They come from a variable, from a file that a variable ending in \`_FILE\` names, or, for the access key, from where AWS
  tools take theirs (\`AWS_PROFILE\`, \`~/.aws\`, \`AWS_ACCESS_KEY_ID\`); configuration files name a file.
- a \`.env\` file is read when \`--env-file .env\` asks for it, and not otherwise.`;

export function configDoc(): string {
  const code = (text: string): string => `\`${text}\``;
  const rows = Object.entries(SETTINGS).map(
    ([name, { env, alsoEnv = [], isSecret, flag, help: text, fallbackText }]) =>
      `| ${[env, ...(isSecret ? [`${env}_FILE`] : []), ...alsoEnv].map(code).join(", ")} | ${flag === undefined ? "" : code(typedFlag(flag))} | ${code(isSecret ? `${name}File` : name)} | ${text} | ${fallbackText} |`,
  );
  return `${MADE}\n\n# Settings\n\n${CONFIG_INTRO}\n\n| variable | flag | in files | what | default |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
}

export function captionFormatsDoc(): string {
  const code = (endings: readonly string[]): string =>
    endings.map((ending) => `\`${ending}\``).join(" ");
  const rows = FORMATS.map(
    ({ name, title, specification, endings, sharedEndings = [] }) =>
      `| [${title}](${specification}) | \`${name}\` | ${code(endings)} | ${code(sharedEndings)} |`,
  );
  return `${MADE}\n\n# Formats of captions and transcripts\n\nThese are read beside a recording, by themselves, and by \`mediasearch import\`. Each may be packed as \`.gz\`. The content decides, not the name: WebVTT in a file named \`.srt\` is WebVTT.\nEndings in the last column are those of other files too. A file named so is opened to see what it is, and only beside a recording of its name or when it is named on the command line.\nTimes of words, speakers and confidence are read where a format has them. [captions.md](captions.md) says which files belong to a recording and when they are used.\n\n| format and specification | name | endings | by content |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}

export function errorsDoc(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { exit, meaning }]) => `| ${exit} | \`${code}\` | ${meaning} |`,
  );
  return `${MADE}\n\n# Errors and exit codes\n\n0 is success. With \`--json\` the last line on stderr is the error as JSON: \`{"error":{"code","exitCode","message","hint","subject"}}\`.\n\`index\`, \`ingest\`, \`migrate\`, \`export\` and \`import\` go on where they were stopped when they are called again.\n\n| exit code | code | meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
}
