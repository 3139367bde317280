import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CLIENT_ID, CLIENT_SECRET, signInAs, startProvider } from "../helpers/oidc.ts";
import { mediasearch } from "../helpers/run.ts";
import { type ServedLibrary, startServe } from "../helpers/serve.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-oidc-"));
const media = join(home, "media");
const rules = join(home, "groups.json");
const GROUPS = {
  ada: ["everybody", "editors"],
  ben: ["team-b"],
  eve: ["strangers"],
};

beforeAll(async () => {
  for (const team of ["a", "b"]) {
    mkdirSync(join(media, team), { recursive: true });
    writeFileSync(
      join(media, team, "talk.vtt"),
      `WEBVTT\n\n00:00.000 --> 00:04.000\nThe budget of team ${team}.\n`,
    );
  }
  writeFileSync(
    rules,
    JSON.stringify([
      { group: "editors", scopes: "search,read,edit" },
      { group: "team-b", scopes: ["search", "read"], filter: `file:"${media}/b/**"` },
    ]),
  );
  await mediasearch(["index", media], { home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A port that nobody listens on; the provider has to know it before the server starts. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Started {
  readonly server: ServedLibrary;
  readonly issuer: string;
}

async function start(): Promise<Started> {
  const port = await freePort();
  const issuer = await startProvider(`http://127.0.0.1:${port}/signin/oidc/callback`, GROUPS);
  const server = await startServe({
    home,
    key: "",
    args: ["--listen", `127.0.0.1:${port}`],
    env: {
      SERVE_OIDC_ISSUER: issuer,
      SERVE_OIDC_CLIENT_ID: CLIENT_ID,
      SERVE_OIDC_CLIENT_SECRET: CLIENT_SECRET,
      SERVE_OIDC_SCOPE: "openid profile groups",
      SERVE_OIDC_GROUPS: rules,
    },
  });
  onTestFinished(async () => void (await server.stop()));
  return { server, issuer };
}

const cookieHeader = (cookies: ReadonlyMap<string, string>): Record<string, string> => ({
  Cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; "),
});

describe("people who sign in at an identity provider", () => {
  it("may do what the first rule of their groups says", async () => {
    const { server, issuer } = await start();
    const ways = await server.call("/v1/session/ways", { key: null });
    expect(await ways.json()).toEqual({
      key: true,
      oidc: { name: new URL(issuer).host, href: "/signin/oidc" },
    });
    const ada = await signInAs("ada", `${server.url}/signin/oidc?to=/files`);
    expect(ada.url).toBe(`${server.url}/files`);
    const headers = cookieHeader(ada.cookies);
    const session = await server.call("/v1/session", { key: null, headers });
    expect(await session.json()).toMatchObject({
      id: "person:ada",
      name: "ada of the tests",
      kind: "person",
      scopes: ["search", "read", "edit"],
    });
    const all = await server.call("/v1/search?q=budget&mode=keyword", { key: null, headers });
    expect(await all.json()).toMatchObject({ total: 2 });
    expect((await server.call("/v1/keys", { key: null, headers })).status).toBe(403);

    const ben = await signInAs("ben", `${server.url}/signin/oidc`);
    const own = await server.call("/v1/search?q=budget&mode=keyword", {
      key: null,
      headers: cookieHeader(ben.cookies),
    });
    expect(await own.json()).toMatchObject({ total: 1, hits: [{ text: "The budget of team b." }] });
  });

  it("are not let in without a rule, and neither is an answer that nobody waits for", async () => {
    const { server } = await start();
    const eve = await signInAs("eve", `${server.url}/signin/oidc?to=//evil.example/`);
    expect(eve.url).toBe(`${server.url}/signin?failed=provider`);
    expect([...eve.cookies.keys()]).not.toContain("__Host-mediasearch");
    const begun = await server.call("/signin/oidc?to=//evil.example/", { key: null });
    const to = new URL(begun.headers.get("location") ?? "");
    expect(to.searchParams.get("code_challenge_method")).toBe("S256");
    for (const search of [
      `code=stolen&state=${to.searchParams.get("state")}`,
      "error=access_denied",
    ]) {
      const forged = await server.call(`/signin/oidc/callback?${search}`, { key: null });
      expect([forged.status, forged.headers.get("location")]).toEqual([
        303,
        "/signin?failed=provider",
      ]);
      expect(forged.headers.get("set-cookie")).toBeNull();
    }
    expect(JSON.stringify(server.log())).not.toContain(CLIENT_SECRET);
  });

  it("need rules that can be read", async () => {
    const wrong = join(home, "wrong.json");
    const env = {
      SERVE_OIDC_ISSUER: "https://id.example",
      SERVE_OIDC_CLIENT_ID: "x",
      SERVE_OIDC_GROUPS: wrong,
    };
    for (const [text, message] of [
      [
        '[{"group": "a", "scopes": "search,everything"}]',
        "rule 1: scopes: everything: not a scope",
      ],
      ['[{"group": "a", "scopes": "search", "filter": "words"}]', "rule 1: "],
      ["{}", "must be a list of rules"],
      ["[", "is no JSON"],
    ] as const) {
      writeFileSync(wrong, text);
      const { exitCode, stderr } = await mediasearch(["serve", "--listen", "127.0.0.1:0"], {
        home,
        env,
      });
      expect([text, exitCode]).toEqual([text, 2]);
      expect(stderr).toContain(message);
    }
  });
});
