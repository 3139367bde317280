import { splitShellWords } from "../shell-words.ts";
import { parseChoice, type SettingTable } from "./setting.ts";

export interface ResultSettings {
  readonly links: "auto" | "always" | "never";
  readonly linkFormat: string;
  readonly player: string | undefined;
}

/**
 * The time as https://www.w3.org/TR/media-frags/ has it; what does not know it opens the file at
 * its start.
 */
const LINK_FORMAT = "file://{host}{path}#t={seconds}";

export const RESULT_SETTINGS: SettingTable<ResultSettings> = {
  links: {
    env: "MEDIASEARCH_LINKS",
    help: "make results links that open the file: auto (on terminals that can), always or never",
    parse: parseChoice("auto", "always", "never"),
    fallback: () => "auto",
    fallbackText: "auto",
    inProjectFile: "always",
  },
  linkFormat: {
    env: "MEDIASEARCH_LINK_FORMAT",
    help: "address of those links, made of {host}, {path}, {seconds} and {ms}",
    parse(text) {
      if (!text.includes("{path}")) throw new Error("must contain {path}");
      return text;
    },
    fallback: () => LINK_FORMAT,
    fallbackText: LINK_FORMAT,
  },
  player: {
    flag: "player",
    env: "MEDIASEARCH_PLAYER",
    help: "program that plays hits: mpv, vlc, ffplay, open, or a command line with {file} and {seconds}",
    mayHoldKeys: true,
    parse: (text) => {
      if (text.trim() !== "") splitShellWords(text, { escapes: process.platform !== "win32" });
      return text.trim();
    },
    fallback: () => undefined,
    fallbackText: "the first of mpv, vlc and ffplay that is there, else the system's opener",
  },
};
