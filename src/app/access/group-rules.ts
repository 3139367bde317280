import { readFile } from "node:fs/promises";
import { parseBoundedJson } from "../../bounded-json.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { parseAccessFilter } from "./access-filter.ts";
import { parseScopes, type Scope } from "./scopes.ts";

/** What the people of one group may do. */
export interface GroupRule {
  /** The group's name as the identity provider tells it; `*` stands for everybody it lets in. */
  readonly group: string;
  readonly scopes: readonly Scope[];
  /** In the query language; undefined: all files. */
  readonly filter: string | undefined;
}

const MAX_BYTES = 1_000_000;
const MAX_RULES = 1000;
const EXAMPLE = '[{"group": "editors", "scopes": "search,read,media,edit"}]';

/**
 * Reads the rules of a JSON file: a list of `{"group", "scopes", "filter"}`.
 * @throws USAGE naming the rule that is wrong.
 */
export async function readGroupRules(path: string): Promise<readonly GroupRule[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new MediasearchError("USAGE", `${path}: ${toMediasearchError(error).message}`, {
      subject: path,
      cause: error,
      hint: "SERVE_OIDC_GROUPS names a file with what each group may do",
    });
  });
  if (text.length > MAX_BYTES) throw rulesError(path, `has more than ${MAX_BYTES} characters`);
  const list = parseList(path, text);
  if (list.length === 0 || list.length > MAX_RULES)
    throw rulesError(path, `must hold 1 to ${MAX_RULES} rules`);
  return Promise.all(list.map((rule, index) => parseRule(path, rule, index)));
}

function parseList(path: string, text: string): readonly unknown[] {
  let read: unknown;
  try {
    read = parseBoundedJson(text, { maxDepth: 4, maxValues: 10_000 });
  } catch (error) {
    throw rulesError(path, `is no JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(read)) throw rulesError(path, "must be a list of rules");
  return read;
}

async function parseRule(path: string, rule: unknown, index: number): Promise<GroupRule> {
  const where = `${path}: rule ${index + 1}`;
  if (typeof rule !== "object" || rule === null) throw rulesError(where, "must be an object");
  const { group, scopes, filter, ...others } = rule as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw rulesError(where, `${unknown}: is not known here`);
  if (typeof group !== "string" || group === "") throw rulesError(where, "needs a group");
  const named = Array.isArray(scopes) ? scopes.join(",") : scopes;
  if (typeof named !== "string") throw rulesError(where, "needs scopes");
  if (filter !== undefined && typeof filter !== "string")
    throw rulesError(where, "filter: must be a text in the query language");
  try {
    if (filter !== undefined) await parseAccessFilter([filter]);
    return { group, scopes: parseScopes(named), filter };
  } catch (error) {
    throw rulesError(where, toMediasearchError(error).message);
  }
}

const rulesError = (where: string, message: string): MediasearchError =>
  new MediasearchError("USAGE", `${where}: ${message}`, { subject: where, hint: EXAMPLE });

/**
 * The first rule for one of a person's groups. Rules are never added up: the scopes of one group
 * over the files of another would be more than anybody gave.
 */
export const ruleFor = (
  rules: readonly GroupRule[],
  groups: readonly string[],
): GroupRule | undefined => rules.find(({ group }) => group === "*" || groups.includes(group));
