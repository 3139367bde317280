import { commandLines, type Line, type Option } from "./command-line.ts";

const MADE = "# made by `npm run docs` of mediasearch";
const names = ({ short, long }: Option): string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${long}`,
];

/** For bash 3.2 and later; what is not known here is completed as a file name. */
export function bashCompletion(): string {
  const lines = commandLines();
  const values = lines.flatMap((line) =>
    line.options
      .filter(({ choices }) => choices.length > 0)
      .map(
        (option) =>
          `    ${names(option)
            .map((name) => `${line.name}:${name}`)
            .join("|")}) words="${option.choices.join(" ")}" ;;`,
      ),
  );
  const taking = lines.flatMap((line) =>
    line.options
      .filter(({ value, choices }) => value !== undefined && choices.length === 0)
      .flatMap((option) => names(option).map((name) => `${line.name}:${name}`)),
  );
  const options = lines.map(
    (line) => `      ${line.name}) words="${line.options.flatMap(names).join(" ")}" ;;`,
  );
  const first = lines
    .filter(({ firstArgument }) => firstArgument.length > 0)
    .map((line) => `      ${line.name}) words="${line.firstArgument.join(" ")}" ;;`);
  const commands = lines.map(({ name }) => name).join(" ");
  first.push(`      help) words="${commands}" ;;`);
  return `${MADE}
# source <(mediasearch completion bash)
_mediasearch() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=""
  COMPREPLY=()
  # --mode=hybrid comes as three words.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=( $(compgen -W "${commands} help --help --version" -- "$cur") )
    return
  fi
  # What follows -- is no option.
  local i
  for (( i = 2; i < COMP_CWORD; i++ )); do if [[ \${COMP_WORDS[i]} == "--" ]]; then return; fi; done
  case "$command:$prev" in
${values.join("\n")}
    ${taking.join("|")}) return ;;
  esac
  if [[ -z $words && $cur == -* ]]; then
    case "$command" in
${options.join("\n")}
    esac
  elif [[ -z $words ]] && (( COMP_CWORD == 2 )); then
    case "$command" in
${first.join("\n")}
    esac
  fi
  if [[ -n $words ]]; then COMPREPLY=( $(compgen -W "$words" -- "$cur") ); fi
}
complete -o default -F _mediasearch mediasearch
`;
}

const zshQuoted = (text: string): string =>
  text.replace(/[[\]:\\]/g, "\\$&").replaceAll("'", "'\\''");

/** What zsh offers as the value of an option. */
function zshValues({ choices, isPath }: Option): string {
  if (choices.length > 0) return `(${choices.join(" ")})`;
  return isPath ? "_files" : " ";
}

/** `--mode=` stands for `--mode h` and `--mode=h`, `-m+` for `-m h` and `-mh`. */
function zshOption(option: Option): string {
  const all = names(option);
  const forms =
    option.value === undefined
      ? all
      : all.map((name) => `${name}${name.startsWith("--") ? "=" : "+"}`);
  const value =
    option.value === undefined ? "" : `:${zshQuoted(option.value)}:${zshValues(option)}`;
  const help = `'[${zshQuoted(option.help)}]${value}'`;
  const once = option.isRepeatable ? "'*'" : `'(${all.join(" ")})'`;
  return `${once}${forms.length > 1 ? `{${forms.join(",")}}` : forms[0]}${help}`;
}

function zshArguments({ firstArgument, takesFiles, takesWords }: Line): string[] {
  const first = firstArgument.length > 0 ? [`'1:what to do:(${firstArgument.join(" ")})'`] : [];
  if (takesFiles) return [...first, "'*:file:_files'"];
  return takesWords ? [...first, "'*:words: '"] : first;
}

function zshCase(line: Line): string {
  const rest = zshArguments(line);
  return `    ${line.name}) _arguments -s -S \\\n${[...line.options.map(zshOption), ...rest].map((one) => `      ${one}`).join(" \\\n")} ;;`;
}

export function zshCompletion(): string {
  const lines = commandLines();
  return `#compdef mediasearch
${MADE}
# source <(mediasearch completion zsh), or save it as _mediasearch in a folder of $fpath
_mediasearch() {
  local -a commands
  commands=(
${lines.map(({ name, summary }) => `    '${name}:${zshQuoted(summary)}'`).join("\n")}
    'help:display help for a command'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${lines.map(zshCase).join("\n")}
    help) _describe command commands ;;
  esac
}
if [[ $funcstack[1] == _mediasearch ]]; then _mediasearch "$@"; else compdef _mediasearch mediasearch; fi
`;
}

const fishQuoted = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;

/** The flags of fish's `complete` that say what may follow an option. */
function fishValues({ value, choices, isPath }: Option): string {
  if (value === undefined) return "";
  if (choices.length > 0) return `-xa ${fishQuoted(choices.join(" "))}`;
  return isPath ? "-rF" : "-x";
}

export function fishCompletion(): string {
  const lines = commandLines();
  const one = (line: Line): string[] => {
    const head = `complete -c mediasearch -n '__fish_seen_subcommand_from ${line.name}'`;
    const options = line.options.map((option) =>
      [
        head,
        option.short === undefined ? "" : `-s ${option.short}`,
        `-l ${option.long}`,
        fishValues(option),
        `-d ${fishQuoted(option.help)}`,
      ]
        .filter((part) => part !== "")
        .join(" "),
    );
    return [
      `complete -c mediasearch -n __fish_use_subcommand -a ${line.name} -d ${fishQuoted(line.summary)}`,
      ...options,
      ...(line.firstArgument.length > 0
        ? [`${head} -a ${fishQuoted(line.firstArgument.join(" "))}`]
        : []),
      ...(line.takesFiles ? [`${head} -F`] : []),
    ];
  };
  const help = [
    "complete -c mediasearch -n __fish_use_subcommand -a help -d 'display help for a command'",
    `complete -c mediasearch -n '__fish_seen_subcommand_from help' -a ${fishQuoted(lines.map(({ name }) => name).join(" "))}`,
  ];
  return `${MADE}\n# mediasearch completion fish > ~/.config/fish/completions/mediasearch.fish\ncomplete -c mediasearch -f\n${[...lines.flatMap(one), ...help].join("\n")}\n`;
}
