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

step("npm ci", "ci", "--no-audit", "--no-fund", "--loglevel=error");
const store = ".mediasearch/quickstart.sqlite";
mkdirSync(`${root}.mediasearch`, { recursive: true });
const mediasearch = (...args) =>
  step(
    ["npx mediasearch", ...args.map((a) => (/\s/.test(a) ? `"${a}"` : a))].join(" "),
    "exec",
    "--offline",
    "--loglevel=error",
    "--",
    "mediasearch",
    ...args,
  );
mediasearch("index", "fixtures/media", "--store", store);
for (const query of [
  "the budget for next year",
  "where should drivers go",
  "something is wrong with the heating",
])
  mediasearch("search", query, "--limit", "3", "--store", store);
process.stdout.write(
  '\nNow your own files:\n  npx mediasearch index ~/Recordings\n  npx mediasearch search "what you remember of it"\n',
);
