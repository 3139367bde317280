import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { MODEL, version } from "../library-case.contract.ts";
import { findShare, shareOf } from "./network-share.ts";
import { open } from "./open.ts";

const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 22 0:40 / /mnt/nas rw,relatime shared:2 - nfs4 nas:/export rw,vers=4.2,local_lock=none
32 22 0:41 / /mnt/nas/old rw,relatime - nfs nas:/old rw,vers=3,nolock,local_lock=none
33 22 0:42 / /mnt/two\\040words rw - cifs //nas/share rw,vers=3.1.1
34 22 0:43 / /mnt/nobrl rw - cifs //nas/share rw,nobrl
35 22 0:44 / /mnt/ssh rw - fuse.sshfs host:/ rw
36 22 8:2 / /mnt/disk rw - ext4 /dev/sdb1 rw
37 22 0:45 / /mnt/overlay rw - fuse.fuse-overlayfs fuse-overlayfs rw
38 22 0:46 / /mnt/vm rw - virtiofs tag rw
39 31 8:3 / /mnt/nas/disk rw - xfs /dev/sdc1 rw
`;

const SHARE = { kind: "nfs4", hasLocks: true };

function library(): string {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-share-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "library.sqlite");
}

describe("the place of a library", () => {
  it("is told by the mount that it lies on, and its options", () => {
    const told = Object.fromEntries(
      ["/home/ada", "/mnt/nas", "/mnt/nas/x", "/mnt/nasty", "/mnt/nas/old/x", "/mnt/two words/x"]
        .concat([
          "/mnt/nobrl",
          "/mnt/ssh/x",
          "/mnt/disk",
          "/mnt/overlay",
          "/mnt/vm",
          "/mnt/nas/disk",
        ])
        .map((folder) => [folder, shareOf(folder, MOUNTS)]),
    );
    expect(told).toEqual({
      "/home/ada": undefined,
      "/mnt/nas": { kind: "nfs4", hasLocks: true },
      "/mnt/nas/x": { kind: "nfs4", hasLocks: true },
      "/mnt/nasty": undefined,
      "/mnt/nas/old/x": { kind: "nfs", hasLocks: false },
      "/mnt/two words/x": { kind: "cifs", hasLocks: true },
      "/mnt/nobrl": { kind: "cifs", hasLocks: false },
      "/mnt/ssh/x": { kind: "fuse.sshfs", hasLocks: false },
      "/mnt/disk": undefined,
      "/mnt/overlay": undefined,
      "/mnt/vm": { kind: "virtiofs", hasLocks: true },
      "/mnt/nas/disk": undefined,
    });
    expect(findShare(join(tmpdir(), "not", "there", "library.sqlite"))).toBeUndefined();
    expect(findShare("\\\\nas\\share\\library.sqlite")).toEqual({ kind: "smb", hasLocks: true });
  });

  it("is refused where locks hold on one machine only, and nothing is made", async () => {
    const path = library();
    const share = { kind: "fuse.sshfs", hasLocks: false };
    await expect(open({ path, create: true }, 100, share)).rejects.toMatchObject({ code: "USAGE" });
    expect(existsSync(path)).toBe(false);
  });
});

describe("a library on a share", () => {
  it("leaves the write-ahead log, keeps what it had, and says where it is", async () => {
    const path = library();
    const local = await open({ path, create: true });
    await local.library.versions.commit(version("/a", [{ text: "a walrus" }]), MODEL);
    await local.close();
    const shared = await open({ path, create: false }, 1000, SHARE);
    const db = new Sqlite(path, { readonly: true });
    expect(db.pragma("journal_mode", { simple: true })).toBe("delete");
    db.close();
    await shared.library.versions.commit(version("/b", [{ text: "a seal" }]), MODEL);
    const hits = await shared.library.searchIndex.searchText({ terms: ["walrus", "seal"] }, {}, 9);
    expect(hits).toHaveLength(2);
    const findings = await Array.fromAsync(shared.check());
    expect(findings.find(({ check }) => check === "place")).toMatchObject({ status: "warning" });
    expect([existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([false, false]);
    await shared.close();
  });

  it("is busy while another process has it open as on a disk", async () => {
    const path = library();
    const local = await open({ path, create: true });
    await local.library.catalog.counts();
    const opening = open({ path, create: false }, 300, SHARE);
    await expect(opening).rejects.toMatchObject({ code: "STORE_BUSY" });
    await local.close();
    await (await open({ path, create: false }, 1000, SHARE)).close();
  });

  it("takes the commits of several processes at once, each whole, also when one is killed", async () => {
    const path = library();
    await (await open({ path, create: true }, 5000, SHARE)).close();
    const script = `
      const { open } = await import(${JSON.stringify(new URL("./open.ts", import.meta.url).href)});
      const { version } = await import(${JSON.stringify(new URL("../library-case.contract.ts", import.meta.url).href)});
      const { library, close } = await open({ path: process.argv[1], create: false }, 60000, { kind: "nfs4", hasLocks: true });
      for (let i = 0; i < 25; i++) await library.versions.commit(version("/" + process.argv[2] + i, [{ text: "walrus " + i }, { text: "seal" }]), { embedder: "test@1", dimensions: 4 });
      await close();`;
    const run = async (name: string, killAfterMs?: number): Promise<void> => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script, path, name], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      await once(child, "exit");
    };
    await Promise.all([run("a"), run("b"), run("c"), run("killed", 1500)]);
    const shared = await open({ path, create: false }, 5000, SHARE);
    const ids: string[] = [];
    for await (const { id, segmentCount } of shared.library.catalog.list()) {
      ids.push(id);
      expect(segmentCount).toBe(2);
    }
    expect(ids.filter((id) => /^\/[abc]\d/.test(id))).toHaveLength(75);
    const bad = (await Array.fromAsync(shared.check({ deep: true }))).filter(
      ({ status }) => status === "failed",
    );
    expect(bad).toEqual([]);
    await shared.close();
  });
});
