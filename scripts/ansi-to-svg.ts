/** A screen of a terminal, as `tmux capture-pane -e` prints it, as an SVG picture. */

const FONT_PX = 14;
/** Monospaced letters are three fifths as wide as high; `textLength` makes other fonts fit too. */
const COLUMN_PX = FONT_PX * 0.6;
const ROW_PX = 20;
const PADDING_PX = 16;
const BACKGROUND = "#1b1f27";
const FOREGROUND = "#d8dee9";
/** The eight colours of ANSI, normal and bright. */
const COLORS: readonly string[] =
  "#3b4252 #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #d8dee9".split(" ");
const BRIGHT_COLORS: readonly string[] =
  "#7f8898 #f08a92 #b5e08f #f2d596 #84c3ff #dc9bea #7fd4de #ffffff".split(" ");

interface Style {
  readonly color: string;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

interface Run {
  readonly style: Style;
  readonly column: number;
  readonly text: string;
}

const PLAIN: Style = { color: FOREGROUND, isBold: false, isDim: false };

/**
 * The style after one SGR parameter (ECMA-48, 8.3.117); those that the program does not use change
 * nothing.
 */
function styleAfter(style: Style, parameter: number): Style {
  if (parameter === 0) return PLAIN;
  if (parameter === 1) return { ...style, isBold: true };
  if (parameter === 2) return { ...style, isDim: true };
  if (parameter === 22) return { ...style, isBold: false, isDim: false };
  if (parameter === 39) return { ...style, color: FOREGROUND };
  const color = COLORS[parameter - 30] ?? BRIGHT_COLORS[parameter - 90];
  return color === undefined ? style : { ...style, color };
}

function* runsOf(line: string, first: Style): Generator<Run, Style> {
  let style = first;
  let column = 0;
  // Odd pieces are the parameters of an escape sequence, even ones are text.
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  for (const [i, piece] of line.split(/\u001b\[([\d;]*)m/).entries()) {
    if (i % 2 === 1) style = piece.split(";").map(Number).reduce(styleAfter, style);
    else if (piece !== "") yield { style, column, text: piece };
    if (i % 2 === 0) column += [...piece].length;
  }
  return style;
}

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function textOf({ style, column, text }: Run, row: number): string {
  const indent = text.length - text.trimStart().length;
  const shown = text.trim();
  if (shown === "") return "";
  const attributes = [
    `x="${(PADDING_PX + (column + indent) * COLUMN_PX).toFixed(1)}"`,
    `y="${PADDING_PX + row * ROW_PX + FONT_PX}"`,
    `textLength="${([...shown].length * COLUMN_PX).toFixed(1)}"`,
    ...(style.color === FOREGROUND ? [] : [`fill="${style.color}"`]),
    ...(style.isBold ? ['font-weight="bold"'] : []),
    ...(style.isDim ? ['opacity="0.65"'] : []),
  ];
  return `<text ${attributes.join(" ")}>${escapeXml(shown)}</text>\n`;
}

/** `title` is what screen readers say in place of the picture. */
export function ansiToSvg(screen: string, columns: number, title: string): string {
  const lines = screen.trimEnd().split("\n");
  const texts: string[] = [];
  let style = PLAIN;
  for (const [row, line] of lines.entries()) {
    const runs = runsOf(line, style);
    let next = runs.next();
    for (; !next.done; next = runs.next()) texts.push(textOf(next.value, row));
    style = next.value;
  }
  const width = Math.round(columns * COLUMN_PX + 2 * PADDING_PX);
  const height = lines.length * ROW_PX + 2 * PADDING_PX;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeXml(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_PX}" fill="${FOREGROUND}" xml:space="preserve">
${texts.join("")}</g>
</svg>
`;
}
