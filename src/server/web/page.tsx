import { render } from "preact";
import { KeysView, SignInView } from "./admin-views.tsx";
import { AuditView } from "./audit-view.tsx";
import { api, type Session } from "./api.ts";
import { DocsView } from "./docs-view.tsx";
import { CollectionsView } from "./collections-view.tsx";
import { FilesView } from "./files-view.tsx";
import { RecordingView } from "./recording-view.tsx";
import { followLink, navigate, type Place, usePlace } from "./router.ts";
import { SearchView } from "./search-view.tsx";
import { SignedIn } from "./session.ts";
import { DropTarget } from "./uploads.tsx";
import { useCall } from "./use-call.ts";
import { WorkView } from "./work-view.tsx";

const LINKS = [
  ["/", "Search", "search"],
  ["/files", "Recordings", "read"],
  ["/collections", "Collections", "read"],
  ["/work", "Work", "jobs"],
  ["/keys", "Keys", "keys"],
  ["/audit", "Audit", "audit"],
] as const;

function Bar({ place, session }: { readonly place: Place; readonly session: Session | undefined }) {
  return (
    <header class="bar">
      <a class="name" href="/">
        mediasearch
      </a>
      <nav aria-label="Views">
        {LINKS.filter(([, , scope]) => session?.scopes.includes(scope)).map(([path, title]) => (
          <a key={path} href={path} aria-current={place.path === path ? "page" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {session && (
        <button type="button" onClick={() => void api.signOut({}).then(() => navigate("/signin"))}>
          Sign out
        </button>
      )}
    </header>
  );
}

function Page() {
  const place = usePlace();
  const isSignIn = place.path === "/signin";
  const isDocs = place.path === "/docs";
  const { value: session, problem } = useCall<Session>(isSignIn ? undefined : "/v1/session");
  const [, view = "", id = ""] = /^\/(\w*)\/?([^/]*)$/.exec(place.path) ?? [];
  if (view === "embed")
    return (
      <SignedIn.Provider value={session}>
        <RecordingView id={decodeURIComponent(id)} place={place} isEmbed />
      </SignedIn.Provider>
    );
  // The description of the API is no secret.
  const isOut = !isDocs && (isSignIn || problem?.status === 401);
  return (
    <SignedIn.Provider value={isOut ? undefined : session}>
      <Bar place={place} session={isOut ? undefined : session} />
      {isOut ? (
        <SignInView failed={place.query.get("failed")} />
      ) : (
        <View view={view} id={decodeURIComponent(id)} place={place} />
      )}
      {!isOut && session?.scopes.includes("index") && <DropTarget />}
    </SignedIn.Provider>
  );
}

function View({
  view,
  id,
  place,
}: {
  readonly view: string;
  readonly id: string;
  readonly place: Place;
}) {
  if (view === "f" && id !== "") return <RecordingView key={id} id={id} place={place} />;
  if (view === "files") return <FilesView key={place.query.toString()} place={place} />;
  if (view === "collections") return <CollectionsView />;
  if (view === "work") return <WorkView />;
  if (view === "keys") return <KeysView />;
  if (view === "audit") return <AuditView />;
  if (view === "docs") return <DocsView />;
  return <SearchView place={place} />;
}

document.addEventListener("click", followLink);
const root = document.querySelector("#app");
if (root) {
  root.replaceChildren();
  render(<Page />, root);
}
