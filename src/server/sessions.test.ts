import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Identity } from "../app/access/identity.ts";
import { createSessions } from "./sessions.ts";

const identity = (expiresAtMs: number | null): Identity => ({
  id: "derived:parent:1",
  name: "a tenant",
  kind: "derived",
  scopes: ["search"],
  filters: ["file:a"],
  keyId: "parent",
  expiresAtMs,
});

describe("sessions", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("end with the key that they were started by", () => {
    const sessions = createSessions();
    const token = sessions.start(identity(Date.now() + 60_000));
    expect(sessions.find(token)).toMatchObject({ name: "a tenant" });
    vi.advanceTimersByTime(60_000);
    expect(sessions.find(token)).toBeUndefined();
  });

  it("last half a day when nothing else ends them", () => {
    const sessions = createSessions();
    const token = sessions.start(identity(null));
    vi.advanceTimersByTime(sessions.maxAgeSeconds * 1000 - 1);
    expect(sessions.find(token)).toMatchObject({ name: "a tenant" });
    vi.advanceTimersByTime(1);
    expect(sessions.find(token)).toBeUndefined();
  });

  it("are started once by a link, within ten minutes", () => {
    const sessions = createSessions();
    const link = sessions.createLink(identity(null));
    expect(sessions.redeem(link)).toMatchObject({ identity: { name: "a tenant" } });
    expect(sessions.redeem(link)).toBeUndefined();
    const late = sessions.createLink(identity(null));
    vi.advanceTimersByTime(600_000);
    expect(sessions.redeem(late)).toBeUndefined();
  });
});
