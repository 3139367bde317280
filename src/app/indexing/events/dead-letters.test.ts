import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../../test/helpers/run.ts";
import type { EventFeed } from "../../../notifications/feed.ts";
import { keepDeadLetter } from "./dead-letters.ts";

const feed: EventFeed = { read: async function* () {}, close: async () => {} };
const message = { position: "t/0/1", headers: new Map(), body: Buffer.from("garbage") };

describe("messages that nobody can read", () => {
  it("fill two files at most, of which the present one has the latest, and never end the run", async () => {
    const path = join(tempFolder(), "letters.jsonl");
    writeFileSync(path, "");
    truncateSync(path, (64 << 20) + 1);
    expect(await keepDeadLetter(feed, path, message, "no JSON")).toBe(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ position: "t/0/1" });
    expect(statSync(`${path}.old`).size).toBe((64 << 20) + 1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    truncateSync(path, (64 << 20) + 1);
    await keepDeadLetter(feed, path, { ...message, position: "t/0/2" }, "no JSON");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ position: "t/0/2" });
  });
});
