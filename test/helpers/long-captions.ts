/** WebVTT in which every line is longer than a screen is wide. */
export function longCaptions(): string {
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 23);
  const said =
    "and then somebody says a little more about the same thing than anybody would have needed, ".repeat(
      3,
    );
  return `WEBVTT\n\n${Array.from({ length: 40 }, (_, n) => `${time(n * 20)} --> ${time(n * 20 + 19)}\n<v Speaker ${n % 3}>Line ${n} goes on: ${said}so much for the harbour ${n}.\n`).join("\n")}`;
}
