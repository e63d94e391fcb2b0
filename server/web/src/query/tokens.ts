/** A lexer of SPARQL (1.2 Query, section 19), for the editor: completion, formatting, hints. The server decides. */

export type Kind = "comment" | "iri" | "string" | "variable" | "pname" | "blank" | "lang" | "word" | "number" | "other";

export interface Token {
  readonly kind: Kind;
  readonly text: string;
  /** Offsets in the text, `to` behind the last character. */
  readonly from: number;
  readonly to: number;
}

const NAME = "[\\p{L}\\p{N}_]";
const PARTS: readonly (readonly [Kind, string])[] = [
  ["comment", "#[^\\r\\n]*"],
  ["iri", '<(?:[^\\x00-\\x20<>"{}|^`\\\\]|\\\\u[0-9A-Fa-f]{4}|\\\\U[0-9A-Fa-f]{8})*>'],
  [
    "string",
    [
      '"""(?:"{0,2}(?:[^"\\\\]|\\\\[^]))*"""',
      "'''(?:'{0,2}(?:[^'\\\\]|\\\\[^]))*'''",
      '"(?:[^"\\\\\\r\\n]|\\\\.)*"',
      "'(?:[^'\\\\\\r\\n]|\\\\.)*'",
    ].join("|"),
  ],
  ["variable", `[?$]${NAME}+`],
  ["blank", `_:${NAME}[\\p{L}\\p{N}_.·-]*`],
  [
    "pname",
    `(?:\\p{L}(?:[\\p{L}\\p{N}_.·-]*[\\p{L}\\p{N}_·-])?)?:` +
      `(?:(?:[\\p{L}\\p{N}_:·-]|\\.+(?=[\\p{L}\\p{N}_:·%\\\\-])|%[0-9A-Fa-f]{2}|\\\\[_~.\\-!$&'()*+,;=/?#@%])*)`,
  ],
  ["lang", "@[A-Za-z]+(?:-{1,2}[A-Za-z0-9]+)*"],
  ["word", `[A-Za-z]${NAME}*`],
  ["number", "(?:\\d+\\.?\\d*|\\.\\d+)[eE][+-]?\\d+|\\d*\\.\\d+|\\d+"],
  ["other", "<<\\(?|\\)?>>|\\{\\||\\|\\}|\\^\\^|&&|\\|\\||[!<>]=|[^]"],
];
const TOKEN = new RegExp(PARTS.map(([kind, pattern]) => `(?<${kind}>${pattern})`).join("|"), "uy");
const SPACE = /\s*/y;

/** Every token of a text, comments included. What the lexer cannot read comes one character at a time. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
    if (at >= text.length) return found;
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const groups = match?.groups ?? {};
    const kind = PARTS.find(([name]) => groups[name] !== undefined)?.[0] ?? "other";
    const part = match?.[0] || text.slice(at, at + 1);
    found.push({ kind, text: part, from: at, to: at + part.length });
    at += part.length;
  }
}

/** The tokens that say something: all but comments. */
export function meaningful(text: string): Token[] {
  return tokens(text).filter(({ kind }) => kind !== "comment");
}

/** Whether a token is this keyword, in any case. */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === "word" && words.includes(token.text.toUpperCase());
}

export type Form = "SELECT" | "ASK" | "CONSTRUCT" | "DESCRIBE";
const FORMS: readonly string[] = ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"];

/** What a query asks for, by the first keyword behind its prologue; null where there is none. */
export function form(text: string): Form | null {
  const first = meaningful(text).find((each) => isWord(each, ...FORMS));
  return first ? (first.text.toUpperCase() as Form) : null;
}
