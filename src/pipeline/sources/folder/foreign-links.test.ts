import { lchownSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../../test/helpers/run.ts";
import { wordsInShell } from "../../../../test/helpers/shell.ts";
import { whyNotFollowed } from "./foreign-links.ts";

// Only root can make links of other users.
describe.runIf(process.getuid?.() === 0)("the command for a link that is meant", () => {
  it.each(["$(touch attacked)", "`touch attacked`", '"; touch attacked; "', "a $HOME b\\"])(
    "names the target as it is: %s",
    async (name) => {
      const [root, other] = [tempFolder(), realpathSync(tempFolder())];
      const [target, link] = [join(other, name), join(root, "talks")];
      mkdirSync(target);
      symlinkSync(target, link);
      lchownSync(link, 54_321, 54_321);
      const error = await whyNotFollowed(root, link);
      expect(wordsInShell(error?.hint ?? "")).toEqual(["index", target]);
    },
  );
});
