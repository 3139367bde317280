// Runs on whatever Node the machine has: installs, indexes the fixtures for real and searches them.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const npmCli = process.env.npm_execpath;
if (!npmCli) {
  process.stderr.write("run it as: npm run quickstart\n");
  process.exit(2);
}
const npm = (...args) =>
  spawnSync(process.execPath, [npmCli, ...args], { cwd: root, stdio: "inherit" }).status ?? 1;

function step(title, ...args) {
  process.stdout.write(`\n$ ${title}\n`);
  const status = npm(...args);
  if (status !== 0) {
    process.stderr.write(`quickstart stopped: "${title}" ended with ${status}\n`);
    process.exit(status);
  }
}

/** The command as it is typed. */
const typed = (...args) =>
  ["npx mediasearch", ...args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg))].join(" ");

const mediasearch = (...args) =>
  step(typed(...args), "exec", "--offline", "--loglevel=error", "--", "mediasearch", ...args);

process.stdout.write(`This downloads, once:
  460 MB  npm packages for development, into node_modules (1.2 GB) and npm's cache
   31 MB  the speech recogniser, into mediasearch's cache
The library of this demonstration is .mediasearch/quickstart.sqlite.
`);
step("npm ci", "ci", "--no-audit", "--no-fund", "--loglevel=error");
const library = ["--store", ".mediasearch/quickstart.sqlite"];
mkdirSync(`${root}.mediasearch`, { recursive: true });
mediasearch("index", "fixtures/media", ...library);
for (const query of [
  "the budget for next year",
  "where should drivers go",
  "something is wrong with the heating",
])
  mediasearch("search", query, "--limit", "3", ...library);
process.stdout.write(`
Your own files go into a library of their own:  npx mediasearch index FOLDER
Now ask these recordings something yourself:
  ${typed("search", "who keeps the honey", ...library)}
`);
