/** What the graph's queries can name: `/query/completion.json` (kg_server/app/editor.py). */

import type { Prefixes } from "../lib/terms.js";
import type { Triple } from "./pattern.js";

export interface VocabularyTerm {
  /** A prefixed name, or an IRI in angle brackets where no prefix fits. */
  readonly name: string;
  readonly label?: string;
  /** The language of label and text, where it is not the page's. */
  readonly lang?: string;
  /** What it means. */
  readonly text?: string;
  /** Instances of a class, triples of a property; left out where nobody counted. */
  readonly uses?: number;
  /** Of a class: the names of its instances' properties, the most used first. */
  readonly properties?: readonly string[];
}

export interface Vocabulary {
  readonly prefixes: Prefixes;
  readonly classes: readonly VocabularyTerm[];
  readonly properties: readonly VocabularyTerm[];
  readonly graphs: readonly { readonly iri: string; readonly triples: number }[];
  /** The prefixes whose terms are all listed: a name with one of them that is not listed does not exist. */
  readonly closed: readonly string[];
}

export const NO_VOCABULARY: Vocabulary = { prefixes: {}, classes: [], properties: [], graphs: [], closed: [] };

const LOCAL = /^[A-Za-z0-9_](?:[\w.-]*[\w-])?$/;

/** Name an IRI as SPARQL does: with a prefix where what is left is a plain name, else in angle brackets. */
export function nameOf(iri: string, prefixes: Prefixes): string {
  let best = `<${iri}>`;
  let length = 0;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    if (namespace.length > length && iri.startsWith(namespace) && LOCAL.test(iri.slice(namespace.length))) {
      best = `${prefix}:${iri.slice(namespace.length)}`;
      length = namespace.length;
    }
  }
  return best;
}

/** The IRI that a name stands for; null when its prefix is unknown. */
export function iriOf(name: string, prefixes: Prefixes): string | null {
  if (name.startsWith("<")) return name.slice(1, -1);
  const colon = name.indexOf(":");
  const namespace = prefixes[name.slice(0, colon)];
  return colon < 0 || namespace === undefined ? null : namespace + name.slice(colon + 1).replace(/\\(.)/g, "$1");
}

/** A term by its name. */
export function termOf(vocabulary: Vocabulary, name: string): VocabularyTerm | null {
  return [...vocabulary.properties, ...vocabulary.classes].find((each) => each.name === name) ?? null;
}

/** The properties that instances of a subject's classes have, as far as the query says what it is. */
export function likelyProperties(
  vocabulary: Vocabulary,
  triples: readonly Triple[],
  subject: string,
): ReadonlySet<string> {
  const classes = new Set(
    triples
      .filter(
        ({ subject: each, predicate }) => each?.text === subject && predicate.text.replace(/^rdf:type$/, "a") === "a",
      )
      .map(({ object }) => object.text),
  );
  return new Set(
    vocabulary.classes.filter(({ name }) => classes.has(name)).flatMap(({ properties }) => properties ?? []),
  );
}
