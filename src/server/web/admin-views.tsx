import { useEffect, useState } from "preact/hooks";
import { api, messageOf, type Key, type Session, type WaysIn } from "./api.ts";
import { formatDay } from "./format.ts";
import { Failure, Waiting } from "./parts.tsx";
import { navigate } from "./router.ts";
import { useScopes } from "./session.ts";
import { useCall } from "./use-call.ts";

export function KeysView() {
  const [version, setVersion] = useState(0);
  const { value, problem } = useCall<{ keys: Key[] }>("/v1/keys", version);
  const look = (): void => setVersion((last) => last + 1);
  useEffect(() => {
    document.title = "Keys · mediasearch";
  }, []);
  return (
    <main>
      <h1>Keys</h1>
      {problem && <Failure problem={problem} />}
      {!value && !problem && <Waiting />}
      {value && <NewKey onMade={look} />}
      {value && (
        <div class="wide" role="region" aria-label="All keys" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>Scopes</th>
                <th>Filter</th>
                <th>Ends</th>
                <th>Last used</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {value.keys.map((key) => (
                <KeyRow key={key.id} entry={key} onChanged={look} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}

function KeyRow({ entry, onChanged }: { readonly entry: Key; readonly onChanged: () => void }) {
  return (
    <tr>
      <td>
        <bdi>{entry.name}</bdi>
      </td>
      <td>{entry.scopes.join(", ")}</td>
      <td>{entry.filter ?? "none"}</td>
      <td>{entry.expiresAt ? formatDay(entry.expiresAt) : "never"}</td>
      <td>{entry.lastUsedAt ? formatDay(entry.lastUsedAt) : "never"}</td>
      <td>
        {entry.revokedAt ? (
          "revoked"
        ) : (
          <button
            type="button"
            onClick={() => void api.revokeKey({ id: entry.id }).finally(onChanged)}
          >
            Revoke
          </button>
        )}
      </td>
    </tr>
  );
}

function NewKey({ onMade }: { readonly onMade: () => void }) {
  // Nobody gives what he has not.
  const own = useScopes();
  const [name, setName] = useState("");
  const [filter, setFilter] = useState("");
  const [scopes, setScopes] = useState<Session["scopes"]>(["search", "read"]);
  const [made, setMade] = useState("");
  const [message, setMessage] = useState("");
  const make = async (): Promise<void> => {
    setMessage("");
    try {
      const body = { name, scopes, ...(filter.trim() === "" ? {} : { filter: filter.trim() }) };
      const { key } = await api.createKey({ body });
      setMade(key);
      onMade();
    } catch (error) {
      setMessage(messageOf(error));
    }
  };
  return (
    <form
      class="newkey"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <h2>New key</h2>
      <label>
        Name{" "}
        <input
          value={name}
          maxLength={100}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <label>
        Filter{" "}
        <input
          value={filter}
          placeholder='file:"/media/team-a/**"'
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </label>
      <fieldset>
        <legend>Scopes</legend>
        {own.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={({ currentTarget: { checked } }) =>
                setScopes(checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
              }
            />{" "}
            {scope}
          </label>
        ))}
      </fieldset>
      <button type="submit" disabled={scopes.length === 0 || name.trim() === ""}>
        Make the key
      </button>
      {made !== "" && (
        <p role="status">
          This key is shown once: <code>{made}</code>
        </p>
      )}
      {message !== "" && <p role="alert">{message}</p>}
    </form>
  );
}

const FAILURES: Readonly<Record<string, string>> = {
  link: "The link was used already, or is older than ten minutes.",
  provider: "The sign-in did not succeed, or no rule lets you in. Ask whoever runs this server.",
};

export function SignInView({ failed }: { readonly failed: string | null }) {
  const [key, setKey] = useState("");
  const { value: ways } = useCall<WaysIn>("/v1/session/ways");
  const [message, setMessage] = useState(FAILURES[failed ?? ""] ?? "");
  return (
    <main>
      <h1>Sign in</h1>
      {ways?.oidc && (
        <p>
          <a class="primary" href={ways.oidc.href} target="_self">
            Sign in with {ways.oidc.name}
          </a>
        </p>
      )}
      <p>
        On the machine itself, open the link that <code>mediasearch serve</code> printed. Elsewhere,
        paste a key.
      </p>
      <form
        class="signin"
        onSubmit={(event) => {
          event.preventDefault();
          api.signIn({ body: { key: key.trim() } }).then(
            () => navigate("/"),
            (error: unknown) => setMessage(messageOf(error)),
          );
        }}
      >
        <label>
          Key{" "}
          <input
            type="password"
            autocomplete="current-password"
            value={key}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        </label>{" "}
        <button type="submit" disabled={key.trim() === ""}>
          Sign in
        </button>
        {message !== "" && <p role="alert">{message}</p>}
      </form>
    </main>
  );
}
