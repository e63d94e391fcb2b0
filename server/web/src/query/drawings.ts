/** What the views that are drawings make of an answer, where it has what they need; draw.ts draws it. */

import type { Bindings, Row } from "../lib/sparql.js";
import type { Term } from "../lib/terms.js";
import { viewsOf } from "../views/results.js";
import type { View } from "../views/types.js";
import type { Answer } from "./ask.js";
import { type Setting, short } from "./cells.js";

/** Rows that a drawing shows. */
export const MOST_ROWS = 2000;
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
// Columns whose IRIs are shown by their names alone.
const NAMED = new Set(["kind", "group", "unit", "fromKind", "toKind"]);

/** Solutions by the names of their columns; triples as the edges of a graph. */
export function bindingsOf({ kind, columns, rows }: Answer, most = MOST_ROWS): Bindings {
  const shown = rows.slice(0, most);
  if (kind === "triples")
    return { kind: "bindings", columns: ["from", "relation", "to", "fromKind", "toKind"], rows: edgesOf(shown) };
  const named = shown.map((row): Row => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
  return { kind: "bindings", columns, rows: named };
}

/** Triples between things; what kind of thing they are is told by the triples that say so. */
function edgesOf(rows: Answer["rows"]): Row[] {
  const kinds = new Map<string, Term>();
  for (const [subject, predicate, object] of rows)
    if (subject && object && predicate?.type === "uri" && predicate.value === TYPE && "value" in subject)
      if (typeof subject.value === "string" && !kinds.has(subject.value)) kinds.set(subject.value, object);
  const kindOf = (term: Term) => (typeof term.value === "string" ? kinds.get(term.value) : undefined);
  return rows.flatMap(([from, relation, to]): Row[] => {
    if (!from || !to || relation?.type !== "uri" || relation.value === TYPE) return [];
    if (to.type !== "uri" && to.type !== "bnode") return [];
    return [{ from, relation, to, fromKind: kindOf(from), toKind: kindOf(to) }];
  });
}

/** The drawings that an answer permits. */
export function drawingsOf(answer: Answer): readonly View[] {
  const bindings = bindingsOf(answer);
  const views = viewsOf(bindings);
  return answer.kind === "triples" ? views.filter((view) => view === "graph") : views;
}

/** Put the names of IRIs beside them, where the answer itself has none. */
export function withNames(bindings: Bindings, setting: Setting): Bindings {
  const { columns, rows } = bindings;
  const nameOf = (term: Term | undefined): Term | undefined => {
    const label = term?.type === "uri" ? setting.labelOf(term.value) : null;
    return label
      ? { type: "literal", value: label.text, ...(label.lang ? { "xml:lang": label.lang } : {}) }
      : undefined;
  };
  const bare = columns.filter(
    (name) =>
      !NAMED.has(name) &&
      !["Label", "Name"].some((end) => columns.includes(name + end)) &&
      rows.some((row) => nameOf(row[name])),
  );
  const changed = rows.map((row): Row => {
    const names = bare.map((name) => [`${name}Label`, nameOf(row[name]) ?? shortOf(row[name], setting)]);
    const kinds = columns.filter((name) => NAMED.has(name)).map((name) => [name, nameOf(row[name]) ?? row[name]]);
    return { ...row, ...Object.fromEntries([...names, ...kinds]) };
  });
  return { ...bindings, columns: [...columns, ...bare.map((name) => `${name}Label`)], rows: changed };
}

function shortOf(term: Term | undefined, setting: Setting): Term | undefined {
  if (term?.type === "uri") return { type: "literal", value: short(term.value, setting.prefixes) };
  return term?.type === "literal" ? term : undefined;
}
