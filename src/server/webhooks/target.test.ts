import { describe, expect, it } from "vitest";
import { signature } from "./deliver.ts";
import { isPrivateAddress } from "../../public-address.ts";
import { parseTarget } from "./target.ts";

describe("where webhooks may go", () => {
  it("knows the addresses of this machine and its network, in every spelling", () => {
    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "169.254.169.254",
      "172.31.0.1",
      "192.168.1.1",
      "100.64.0.1",
      "0.0.0.0",
      "::1",
      "::",
      "fe80::1",
      "fd00::1",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "64:ff9b::7f00:1",
      "nonsense",
    ])
      expect([address, isPrivateAddress(address)]).toEqual([address, true]);
    for (const address of ["93.184.216.34", "172.32.0.1", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
      expect([address, isPrivateAddress(address)]).toEqual([address, false]);
  });

  it("takes addresses of the internet over TLS only, unless others are allowed", () => {
    for (const url of [
      "http://example.org/hook",
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://2130706433/",
      "https://0x7f.1/",
      "https://user:password@example.org/",
      "ftp://example.org/",
      "file:///etc/passwd",
      "example.org",
    ])
      expect(() => parseTarget(url, false), url).toThrow(/^url: /);
    expect(parseTarget("https://example.org/hook", false).host).toBe("example.org");
    expect(parseTarget("http://127.0.0.1:9/", true).port).toBe("9");
  });

  it("signs as the test vector of Standard Webhooks", () => {
    expect(
      signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        '{"test": 2432232314}',
      ),
    ).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });
});
