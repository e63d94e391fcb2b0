/** What a word in a query is. */

import type { Prefixes } from "../lib/terms.js";
import type { SuggestionKind } from "./complete.js";
import { FUNCTIONS } from "./keywords.js";
import { declared } from "./prefixes.js";
import { tokens } from "./tokens.js";
import { iriOf, nameOf, termOf, type Vocabulary } from "./vocabulary.js";

export interface Explained {
  readonly kind: SuggestionKind;
  readonly from: number;
  readonly to: number;
  /** As it is written. */
  readonly name: string;
  readonly iri?: string;
  readonly label?: string;
  readonly lang?: string;
  /** What it means, or what a function takes. */
  readonly text?: string;
  readonly uses?: number;
}

/** Explain the word at a place; null where there is nothing to say. `known` are prefixes beyond those of the query. */
export function explain(text: string, at: number, vocabulary: Vocabulary, known: Prefixes): Explained | null {
  const all = tokens(text);
  const token = all.find((each) => each.from <= at && at < each.to) ?? all.find((each) => each.to === at);
  if (!token) return null;
  const { from, to, text: name } = token;
  if (token.kind === "variable") {
    const uses = all.filter((each) => each.text === name).length;
    return { kind: "variable", from, to, name, uses };
  }
  if (token.kind === "word") {
    const found = Object.entries(FUNCTIONS).find(([each]) => each.toLowerCase() === name.toLowerCase());
    if (found) return { kind: "function", from, to, name, text: `${found[0]}(${found[1]})` };
    if (name !== "a") return null;
  }
  if (name !== "a" && token.kind !== "pname" && token.kind !== "iri") return null;
  const prefixes = { ...known, ...declared(text) };
  const iri = name === "a" ? iriOf("rdf:type", vocabulary.prefixes) : iriOf(name, prefixes);
  if (!iri) return null;
  if (name.endsWith(":")) return { kind: "prefix", from, to, name, text: iri };
  const term = termOf(vocabulary, nameOf(iri, vocabulary.prefixes));
  if (!term) {
    const graph = vocabulary.graphs.find((each) => each.iri === iri);
    if (graph) return { kind: "graph", from, to, name, iri, uses: graph.triples };
    return { kind: "entity", from, to, name, iri };
  }
  const { label, lang, text: meaning, uses } = term;
  return {
    kind: vocabulary.classes.includes(term) ? "class" : "property",
    from,
    to,
    name,
    iri,
    ...(label === undefined ? {} : { label }),
    ...(lang === undefined ? {} : { lang }),
    ...(meaning === undefined ? {} : { text: meaning }),
    ...(uses === undefined ? {} : { uses }),
  };
}
