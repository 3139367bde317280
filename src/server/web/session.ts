import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "./api.ts";

/** Who is signed in; undefined while that is not known. */
export const SignedIn = createContext<Session | undefined>(undefined);

/** The scopes of whoever is signed in. */
export const useScopes = (): Session["scopes"] => useContext(SignedIn)?.scopes ?? [];
