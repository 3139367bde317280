import { useEffect } from "preact/hooks";
import { Failure, Waiting } from "./parts.tsx";
import { useCall } from "./use-call.ts";

/** A schema of the description, as far as it is shown. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly "x-scope"?: string;
  readonly security?: readonly unknown[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body & { readonly description: string }>>;
}

interface Description {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The description of the API, for people. */
export function DocsView() {
  const { value, problem } = useCall<Description>("/openapi.json");
  useEffect(() => {
    document.title = "API · mediasearch";
    // The address may name an operation that is only here now.
    document.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)?.scrollIntoView();
  }, [value]);
  if (!value) return <main>{problem ? <Failure problem={problem} /> : <Waiting />}</main>;
  const operations = Object.entries(value.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? "other");
  return (
    <main class="docs">
      <h1>The API of mediasearch {value.info.version}</h1>
      <p>
        Send a key as <code>Authorization: Bearer KEY</code>. The same in OpenAPI 3.1:{" "}
        <a href="/openapi.json" target="_self">
          /openapi.json
        </a>
        . For TypeScript and JavaScript:{" "}
        <code>import {"{ createClient }"} from "mediasearch/client"</code>.
      </p>
      {[...byTag].map(([tag, list]) => (
        <section key={tag} aria-label={tag}>
          <h2>{tag}</h2>
          {list.map(({ path, method, operation }) => (
            <OperationDoc
              key={operation.operationId}
              {...{ path, method, operation }}
              schemas={value.components.schemas}
            />
          ))}
        </section>
      ))}
      <section aria-label="Shapes">
        <h2>Shapes</h2>
        {Object.entries(value.components.schemas).map(([name, schema]) => (
          <details key={name} id={`shape-${name}`}>
            <summary>
              <code>{name}</code> <span class="quiet">{schema.description}</span>
            </summary>
            <Members schema={schema} />
          </details>
        ))}
      </section>
    </main>
  );
}

interface OperationProps {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
  readonly schemas: Readonly<Record<string, Schema>>;
}

function OperationDoc({ path, method, operation, schemas }: OperationProps) {
  const { operationId, summary, parameters, requestBody, responses, security } = operation;
  const scope = operation["x-scope"];
  const body = requestBody?.content?.["application/json"]?.schema;
  return (
    <details id={operationId}>
      <summary>
        <code>
          <strong>{method.toUpperCase()}</strong> {path}
        </code>{" "}
        {summary}
      </summary>
      <p class="quiet">
        <code>{operationId}</code>
        {scope !== undefined && `, needs the scope ${scope}`}
        {security?.length === 0 && ", needs no key"}
      </p>
      {parameters.length > 0 && (
        <div class="wide" role="region" aria-label={`Parameters of ${operationId}`} tabIndex={0}>
          <table>
            <tbody>
              {parameters.map(({ name, in: place, required, description, schema }) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td>
                    {place}
                    {required && ", required"}
                  </td>
                  <td>
                    <TypeName schema={schema} />
                  </td>
                  <td>{description}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {body && (
        <>
          <p>
            Body: <TypeName schema={body} />
          </p>
          <Members schema={schemas[shapeOf(body) ?? ""] ?? body} />
        </>
      )}
      <ul>
        {Object.entries(responses).map(([status, { description, content }]) => (
          <li key={status}>
            <strong>{status}</strong> {description}
            {Object.entries(content ?? {}).map(([type, { schema }]) => (
              <span key={type}>
                {" "}
                <span class="quiet">{type}</span> {schema && <TypeName schema={schema} />}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

const shapeOf = ({ $ref }: Schema): string | undefined => $ref?.replace(/^.*\//, "");

function Members({ schema }: { readonly schema: Schema }) {
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0) return null;
  return (
    <ul>
      {members.map(([name, member]) => (
        <li key={name}>
          <code>{name}</code>
          {schema.required?.includes(name) ? "" : "?"}: <TypeName schema={member} />{" "}
          <span class="quiet">{member.description}</span>
        </li>
      ))}
    </ul>
  );
}

/** A type in few words; shapes are links. */
function TypeName({ schema }: { readonly schema: Schema }) {
  const shape = shapeOf(schema);
  if (shape !== undefined) return <a href={`#shape-${shape}`}>{shape}</a>;
  if (schema.items)
    return (
      <>
        list of <TypeName schema={schema.items} />
      </>
    );
  if (schema.enum) return <>{schema.enum.map(String).join(" | ")}</>;
  if (schema.const !== undefined) return <>{JSON.stringify(schema.const)}</>;
  const { type = "any", minimum, maximum, maxLength } = schema;
  const bounds = [
    minimum === undefined ? "" : `from ${minimum}`,
    maximum === undefined ? "" : `to ${maximum}`,
    maxLength === undefined ? "" : `at most ${maxLength} letters`,
  ].filter((bound) => bound !== "");
  return (
    <>
      {[type].flat().join(" or ")} {bounds.join(" ")}
    </>
  );
}
