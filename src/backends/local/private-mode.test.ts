import { expect, it } from "vitest";
import { givePrivateMode } from "./private-mode.ts";

const failing = (code: string) => (): void => {
  throw Object.assign(new Error(code), { code });
};

it("a volume without modes is no reason to fail; every other failure is", () => {
  for (const code of ["EPERM", "ENOTSUP", "ENOSYS"])
    expect(() => givePrivateMode(failing(code)), code).not.toThrow();
  expect(() => givePrivateMode(failing("EIO"))).toThrow("EIO");
});
