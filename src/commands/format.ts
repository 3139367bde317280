import { type Flags, isOn, text } from "./command.ts";

/** `--json` means `--format json` everywhere. */
export const chosenFormat = (flags: Flags): string => (isOn(flags, "json") ? "json" : (text(flags, "format") ?? "text"));
