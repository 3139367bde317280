import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cutPower, type Policy, saidBy, type Tree } from "./replay.ts";
import { held, readLibrary } from "./library-state.ts";
import { libraryOf, type Place, run, type Scenario, type Told } from "./scenarios.ts";
import { type Fault, type FaultResult, type FaultRun, marksOf, runWithFaults } from "./shim.ts";

/** A scenario with its state of before, and what an undisturbed run does and holds. */
export interface Prepared {
  readonly scenario: Scenario;
  readonly place: Place;
  readonly template: string;
  readonly undisturbed: FaultResult;
}

/** What came of one fault. */
export interface Trial {
  readonly what: string;
  readonly exitCode: number | null;
  readonly wrong: readonly string[];
}

/** @throws when the scenario is wrong without any fault. */
export async function prepareScenario(scenario: Scenario, work: string): Promise<Prepared> {
  const folder = join(work, scenario.name.replaceAll(/\W+/g, "-"));
  const [home, media] = [join(folder, "home"), join(folder, "media")];
  const template = join(folder, "template");
  mkdirSync(home, { recursive: true });
  const bare: Place = { home, media, before: new Map(), reference: new Map() };
  await scenario.prepare(bare);
  cpSync(home, template, { recursive: true });
  const before = held(readLibrary(libraryOf(home)));
  const undisturbed = await start(
    { scenario, place: { ...bare, before }, template },
    {
      record: true,
    },
  );
  if (scenario.drive) await finish({ scenario, place: bare });
  const place = { ...bare, before, reference: held(readLibrary(libraryOf(home))) };
  const wrong = [...scenario.judge(place, undisturbed), ...scenario.judgeDone(place, undisturbed)];
  if (wrong.length > 0)
    throw new Error(`${scenario.name}, undisturbed: ${wrong.join(", ")} ${undisturbed.stderr}`);
  return { scenario, place, template, undisturbed };
}

/** Runs the command of a scenario from its state of before. */
function start(
  { scenario, place, template }: Pick<Prepared, "scenario" | "place" | "template">,
  more: Omit<FaultRun, "argv" | "home" | "drive">,
): Promise<FaultResult> {
  rmSync(place.home, { recursive: true, force: true });
  cpSync(template, place.home, { recursive: true });
  scenario.reset?.(place);
  const drive = scenario.drive?.(place);
  return runWithFaults({
    argv: scenario.argv(place),
    home: place.home,
    ...(drive ? { drive } : {}),
    ...more,
  });
}

const finish = ({ scenario, place }: Pick<Prepared, "scenario" | "place">): Promise<Told> =>
  run((scenario.again ?? scenario.argv)(place), place.home);

/** Runs it again without a fault: it must come to its end. */
async function judgeEnd({ scenario, place }: Prepared): Promise<string[]> {
  const end = await finish({ scenario, place });
  if (end.exitCode !== 0 && !scenario.againExits?.includes(end.exitCode ?? -1))
    return [`again: exit ${end.exitCode}: ${lastLine(end)}`];
  return scenario.judgeDone(place, end).map((why) => `again: ${why}`);
}

const lastLine = ({ stdout, stderr }: Told): string =>
  (stderr.trim() || stdout.trim()).split("\n").at(-1)?.slice(0, 300) ?? "";

/** A command that fails says so in a sentence, and one that says it is done is done. */
function judgeHonesty({ scenario, place }: Prepared, told: Told, isDriven: boolean): string[] {
  const { exitCode, stdout, stderr } = told;
  if (exitCode === null) return [];
  if (exitCode === 0)
    return isDriven ? [] : scenario.judgeDone(place, told).map((why) => `exit 0, and ${why}`);
  const wrong: string[] = [];
  if (`${stdout}${stderr}`.trim() === "") wrong.push(`exit ${exitCode} without a word`);
  if (/^ {4}at /m.test(stderr)) wrong.push(`a stack trace: ${stderr.slice(0, 300)}`);
  if (exitCode === 1) wrong.push(`exit 1: ${lastLine(told)}`);
  return wrong;
}

export async function tryFault(prepared: Prepared, fault: Fault): Promise<Trial> {
  const { scenario, place } = prepared;
  const root = fault.call === "read" ? join(place.home, "..") : place.home;
  const told = await start(prepared, { fault, root });
  const wrong = [
    ...scenario.judge(place, told),
    ...judgeHonesty(prepared, told, scenario.drive !== undefined),
    ...(await judgeEnd(prepared)),
  ];
  return {
    what: `${scenario.name}: ${fault.how} ${fault.errno ?? ""} at ${fault.call} ${fault.at}`,
    exitCode: told.exitCode,
    wrong,
  };
}

export async function tryClock(
  prepared: Prepared,
  clock: NonNullable<FaultRun["clock"]>,
): Promise<Trial> {
  const { scenario, place } = prepared;
  const told = await start(prepared, { clock });
  const wrong = [
    ...scenario.judge(place, told),
    ...(told.exitCode === 0 || scenario.drive ? [] : [`exit ${told.exitCode}: ${lastLine(told)}`]),
    ...judgeHonesty(prepared, told, scenario.drive !== undefined),
    ...(await judgeEnd(prepared)),
  ];
  const steps = clock.map(({ afterMs, offsetSeconds }) => `${offsetSeconds} s after ${afterMs} ms`);
  return { what: `${scenario.name}: clock ${steps.join(", ")}`, exitCode: told.exitCode, wrong };
}

export async function tryPowerCut(
  prepared: Prepared,
  count: number,
  policy: Policy,
  random: () => number,
): Promise<Trial> {
  const { scenario, place, undisturbed } = prepared;
  const { changes } = undisturbed;
  // The server's answers are not in the log of changes.
  writeFileSync(`${place.home}.answers`, "");
  cutPower(place.home, treeOf(prepared), changes, { count, policy, random });
  const told = { exitCode: null, stdout: saidBy(changes, count, marksOf(place.home)), stderr: "" };
  const wrong = [...scenario.judge(place, told), ...(await judgeEnd(prepared))];
  return {
    what: `${scenario.name}: power cut after change ${count} of ${changes.length}, ${policy}`,
    exitCode: null,
    wrong,
  };
}

function treeOf({ template, place: { home } }: Prepared): Tree {
  const names = existsSync(template)
    ? readdirSync(template, { recursive: true, withFileTypes: true })
    : [];
  return new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [
        home + path.slice(template.length),
        entry.isDirectory() ? "folder" : readFileSync(path),
      ];
    }),
  );
}
