/** The same question from a program: texts that run as they stand (tests run them). */

import { form as formOf } from "./tokens.js";

export type Language = "curl" | "python" | "r" | "javascript";

export const LANGUAGES: readonly (readonly [Language, string])[] = [
  ["curl", "curl"],
  ["python", "Python (pandas)"],
  ["r", "R"],
  ["javascript", "JavaScript"],
];

export interface Question {
  readonly endpoint: string;
  readonly query: string;
}

/** A program that asks the question. */
export function snippet(language: Language, question: Question): string {
  const form = formOf(question.query);
  const accept = { SELECT: "text/csv", ASK: "application/sparql-results+json" }[form as string] ?? "text/turtle";
  return { curl, python, r, javascript }[language](question, accept);
}

type Write = (question: Question, accept: string) => string;

const curl: Write = ({ endpoint, query }, accept) => `curl ${shell(endpoint)} \\
  -H 'Accept: ${accept}' \\
  --data-urlencode query=${shell(query)}
`;

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const python: Write = ({ endpoint, query }, accept) => {
  const text = query
    .replaceAll("\\", "\\\\")
    .replaceAll('"""', '""\\"')
    .replace(/(?<!\\)"$/, '\\"');
  const isTable = accept === "text/csv";
  const read = isTable ? "table = pandas.read_csv(answer)\nprint(table)" : "print(answer.read().decode())";
  return `import urllib.parse
import urllib.request
${isTable ? "\nimport pandas\n" : ""}
query = """${text}"""
request = urllib.request.Request(
    ${JSON.stringify(endpoint)},
    data=urllib.parse.urlencode({"query": query}).encode(),
    headers={"Accept": "${accept}"},
)
with urllib.request.urlopen(request) as answer:
    ${read}
`;
};

const r: Write = ({ endpoint, query }, accept) => {
  let dashes = "";
  // A raw string (R 4.0) ends at a bracket with as many dashes as it began with.
  while (query.includes(`)${dashes}"`)) dashes += "-";
  const [format, read] = {
    "text/csv": ["csv", 'table <- read.csv(address, encoding = "UTF-8")\nprint(table)'],
    "text/turtle": ["turtle", 'writeLines(readLines(address, encoding = "UTF-8"))'],
  }[accept] ?? ["json", "writeLines(readLines(address, warn = FALSE))"];
  return `query <- r"${dashes}(${query})${dashes}"
address <- paste0(${JSON.stringify(`${endpoint}?format=${format}&query=`)}, URLencode(query, reserved = TRUE))
${read}
`;
};

const javascript: Write = ({ endpoint, query }, accept) => {
  const text = query.replace(/[\\`]|\$(?=\{)/g, "\\$&");
  const isGraph = accept === "text/turtle";
  const read = isGraph
    ? "console.log(await answer.text());"
    : `const { boolean, results } = await answer.json();
console.log(boolean ?? results.bindings);`;
  return `const query = \`${text}\`;
const answer = await fetch(${JSON.stringify(endpoint)}, {
  method: "POST",
  headers: { Accept: "${isGraph ? accept : "application/sparql-results+json"}" },
  body: new URLSearchParams({ query }),
});
if (!answer.ok) throw new Error((await answer.json()).detail);
${read}
`;
};
