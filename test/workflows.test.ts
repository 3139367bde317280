import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseDocument } from "yaml";
import { ROOT } from "./helpers/places.ts";

/** What npm does without a script in package.json. */
const NPM_COMMANDS = ["ci", "cit", "install", "publish"];

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const files = [".github", "examples"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name)),
);

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly on: object | string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly "runs-on": string; steps: readonly Step[] }>>;
}
const workflows = files.filter((path) => path.startsWith(join(".github", "workflows")));
const stepsOf = (path: string): Step[] =>
  Object.values(
    (parseDocument(readFileSync(join(ROOT, path), "utf8")).toJS() as Workflow).jobs,
  ).flatMap(({ steps }) => steps);

it("every YAML file of the repository can be read, and none names a package registry", () => {
  expect(workflows.length).toBeGreaterThanOrEqual(2);
  for (const path of files) {
    const text = readFileSync(join(ROOT, path), "utf8");
    const { errors, warnings } = parseDocument(text, { uniqueKeys: true });
    expect([path, errors, warnings]).toEqual([path, [], []]);
    expect(text, path).not.toMatch(/registry-url|registry\.[a-z]/);
  }
});

it("workflows run scripts that exist", () => {
  for (const path of workflows) {
    const commands = stepsOf(path).flatMap(({ run = "" }) => run.split("\n"));
    for (const [, name = ""] of commands.join("\n").matchAll(/\bnpm run ([\w:-]+)/g))
      expect(Object.keys(scripts), `${path}: npm run ${name}`).toContain(name);
    for (const [, name = ""] of commands.join("\n").matchAll(/\bnpm (?!run\b)(\w+)/g))
      expect(NPM_COMMANDS, `${path}: npm ${name}`).toContain(name);
    for (const [script = ""] of commands.join("\n").matchAll(/^\.\S+/gm))
      expect(existsSync(join(ROOT, script)), `${path}: ${script}`).toBe(true);
  }
  expect(stepsOf(join(".github", "workflows", "ci.yml")).map(({ run }) => run)).toContain(
    ".ci/run",
  );
});

it("only the job that publishes may do more than read, and it proves where the package comes from", () => {
  for (const path of workflows) {
    const { permissions } = parseDocument(
      readFileSync(join(ROOT, path), "utf8"),
    ).toJS() as Workflow;
    expect([path, permissions]).toEqual([path, { contents: "read" }]);
    for (const { with: options } of stepsOf(path).filter(({ uses }) =>
      uses?.startsWith("actions/checkout@"),
    ))
      expect([path, options?.["persist-credentials"]]).toEqual([path, false]);
  }
  const release = stepsOf(join(".github", "workflows", "release.yml"));
  expect(release.at(-1)?.run).toMatch(/^npm publish .*--provenance/);
});
