/** What completion offers at a place in a query. Pure: the editor asks, entities come from a search that is passed in. */

import { DATATYPES, FUNCTIONS, keywordsAt } from "./keywords.js";
import { type Place, readPattern } from "./pattern.js";
import { isWord, type Token, tokens } from "./tokens.js";
import { likelyProperties, nameOf, type Vocabulary, type VocabularyTerm } from "./vocabulary.js";

export type SuggestionKind =
  | "class"
  | "property"
  | "entity"
  | "prefix"
  | "keyword"
  | "function"
  | "variable"
  | "graph"
  | "datatype";

export interface Suggestion {
  readonly kind: SuggestionKind;
  /** What is put into the query; `$` in a keyword says where the cursor goes. */
  readonly insert: string;
  readonly label: string;
  readonly detail?: string;
  /** What it means, or what a function takes. */
  readonly info?: string;
  /** The language of detail and info, where it is not the page's. */
  readonly lang?: string;
}

export interface Suggestions {
  readonly from: number;
  readonly to: number;
  readonly found: readonly Suggestion[];
}

/** Something that a search found. */
export interface Entity {
  readonly iri: string;
  readonly label: string;
  /** Another name, by which it was found. */
  readonly also?: string;
  readonly kind?: string;
  readonly lang?: string;
}

export type Search = (text: string) => Promise<readonly Entity[]>;

/** What is being written where the cursor stands. */
export interface Context {
  readonly place: Place;
  readonly from: number;
  readonly to: number;
  readonly typed: string;
  readonly inPattern: boolean;
  readonly subject: Token | null;
}

const MOST = 60;
const LEAST_SEARCHED = 2;
const WRITTEN = new Set(["variable", "pname", "word", "number"]);

/** Read what stands before a place; null where nothing can be completed (in strings, comments and IRIs). */
export function contextAt(text: string, at: number): Context | null {
  const all = tokens(text);
  const inside = all.findIndex((each) => each.from < at && at <= each.to);
  const token = all[inside];
  if (token?.kind === "comment" || ((token?.kind === "string" || token?.kind === "iri") && at < token.to)) return null;
  let first = all.findIndex((each) => each.to > at || (each.from < at && each.to === at));
  if (first < 0) first = all.length;
  let from = at;
  if (token && (WRITTEN.has(token.kind) || token.text === "?" || token.text === "$")) {
    first = startOfWords(all, inside, text);
    from = all[first]?.from ?? at;
  } else if (token) first = inside + 1;
  const before = all.slice(0, first);
  const line = text.lastIndexOf("\n", at - 1) + 1;
  // A quote or an angle bracket that nothing closes begins a text that is still being written.
  if (before.some((each) => each.kind === "other" && each.from >= line && (each.text === '"' || each.text === "'")))
    return null;
  const last = before[before.length - 1];
  if (last?.text === "<" && last.to === from) return null;
  const reader = readPattern(before);
  return {
    place: reader.place,
    from,
    to: at,
    typed: text.slice(from, at),
    inPattern: reader.inPattern,
    subject: reader.subject,
  };
}

/** Several plain words in a row on one line are a name that is being written, such as `National Libr`. */
function startOfWords(all: readonly Token[], at: number, text: string): number {
  let first = at;
  while (first > 0 && all[first]?.kind === "word") {
    const [before, token] = [all[first - 1], all[first]];
    if (before?.kind !== "word" || !token || text.slice(before.to, token.from) !== " " || isKeyword(before)) break;
    first--;
  }
  return first;
}

const KEYWORDS = new Set(
  (["start", "select", "subject", "modifier", "expression", "value", "predicate"] as const)
    .flatMap((place) => keywordsAt(place, true))
    .flatMap(({ label }) => label.toUpperCase().split(" "))
    .concat("NAMED", "REDUCED", "SERVICE", "SILENT", "ASC", "DESC"),
);

function isKeyword(token: Token): boolean {
  return isWord(token, ...KEYWORDS) || token.text.toUpperCase() in FUNCTIONS;
}

/** How well what was typed fits a name; 0 is best, null not at all. */
export function fit(typed: string, name: string, ...texts: readonly (string | undefined)[]): number | null {
  const wanted = typed.toLowerCase();
  if (!wanted) return 0;
  const lower = name.toLowerCase();
  const local = lower.slice(lower.indexOf(":") + 1);
  if (lower.startsWith(wanted) || local.startsWith(wanted)) return 0;
  const said = texts.map((each) => (each ?? "").toLowerCase());
  if (said.some((each) => each.startsWith(wanted))) return 1;
  if (said.some((each) => each.includes(` ${wanted}`))) return 2;
  if (lower.includes(wanted)) return 3;
  if (said.some((each) => each.includes(wanted))) return 4;
  return wanted.length > 2 && isSpread(wanted, local) ? 5 : null;
}

/** Whether all characters come in this order, as `lnd` in `lender`. */
function isSpread(wanted: string, name: string): boolean {
  let at = 0;
  for (const character of wanted) {
    at = name.indexOf(character, at) + 1;
    if (!at) return false;
  }
  return true;
}

interface Ranked {
  readonly suggestion: Suggestion;
  readonly rank: number;
}

/** All that fits at the end of `typed`; entities are searched for where one may stand. */
export async function suggest(
  text: string,
  at: number,
  vocabulary: Vocabulary,
  search: Search,
): Promise<Suggestions | null> {
  const context = contextAt(text, at);
  if (!context) return null;
  const found = ranked(text, context, vocabulary);
  const wanted = searched(context);
  if (wanted) {
    const known = new Set(found.map(({ suggestion }) => suggestion.insert));
    const rank = ENTITY_RANKS[context.place] ?? 0;
    for (const entity of await search(wanted)) {
      const suggestion = entitySuggestion(entity, vocabulary);
      if (!known.has(suggestion.insert)) found.push({ suggestion, rank });
    }
  }
  const best = found.sort((one, other) => one.rank - other.rank).map(({ suggestion }) => suggestion);
  return best.length ? { from: context.from, to: context.to, found: best.slice(0, MOST) } : null;
}

// Where a statement or an expression begins, keywords and functions are what is mostly meant.
const ENTITY_RANKS: Partial<Record<Place, number>> = { object: 0.3, value: 0.3, subject: 4, expression: 4 };

function searched({ place, typed }: Context): string | null {
  if (!["subject", "object", "value", "expression"].includes(place) || typed.startsWith("?") || typed.startsWith("$"))
    return null;
  const text = typed
    .slice(typed.indexOf(":") + 1)
    .replaceAll("-", " ")
    .trim();
  return text.length < LEAST_SEARCHED ? null : text;
}

function entitySuggestion(entity: Entity, { prefixes }: Vocabulary): Suggestion {
  const insert = nameOf(entity.iri, prefixes);
  return {
    kind: "entity",
    insert,
    label: entity.label,
    detail: insert,
    ...(entity.kind || entity.also ? { info: [entity.also, entity.kind].filter(Boolean).join(" · ") } : {}),
    ...(entity.lang ? { lang: entity.lang } : {}),
  };
}

function ranked(text: string, context: Context, vocabulary: Vocabulary): Ranked[] {
  const { place, typed, inPattern } = context;
  const found: Ranked[] = [];
  const add = (suggestion: Suggestion, rank: number | null) => {
    if (rank !== null) found.push({ suggestion, rank });
  };
  if (place === "prefix") {
    for (const [prefix, iri] of Object.entries(vocabulary.prefixes))
      add(
        { kind: "prefix", insert: `${prefix}: <${iri}>`, label: `${prefix}:`, detail: iri },
        fit(typed, `${prefix}:`, iri),
      );
    return found;
  }
  if (place === "graph") {
    for (const { iri, triples } of vocabulary.graphs)
      add(
        { kind: "graph", insert: nameOf(iri, vocabulary.prefixes), label: iri, detail: String(triples) },
        fit(typed.replace(/^</, ""), iri),
      );
  }
  if (place === "datatype") {
    for (const name of DATATYPES) add({ kind: "datatype", insert: name, label: name }, fit(typed, name));
    return found;
  }
  variables(text, context, add);
  if (place === "predicate") properties(text, context, vocabulary, add);
  if (place === "class" || (place === "value" && typed)) classes(typed, vocabulary, add);
  if (typed && (place === "object" || place === "value" || place === "expression")) {
    properties(text, context, vocabulary, (suggestion, rank) => add(suggestion, rank === null ? null : rank + 10));
    if (place !== "value")
      classes(typed, vocabulary, (suggestion, rank) => add(suggestion, rank === null ? null : rank + 10));
  }
  if (!/[?$:]/.test(typed)) words(context, inPattern, add);
  return found;
}

type Add = (suggestion: Suggestion, rank: number | null) => void;

function variables(text: string, { place, typed, from, to }: Context, add: Add): void {
  if (place === "start" || place === "class" || (typed && !/^[?$]/.test(typed))) return;
  const counted = new Map<string, number>();
  for (const each of tokens(text))
    if (each.kind === "variable" && !(each.from >= from && each.to <= Math.max(to, each.from + typed.length)))
      counted.set(each.text, (counted.get(each.text) ?? 0) + 1);
  const wanted = typed.slice(1).toLowerCase();
  for (const [name, times] of counted)
    if (name.slice(1).toLowerCase().startsWith(wanted) && name !== typed)
      add({ kind: "variable", insert: name, label: name }, (typed ? -1 : 6) - times / 1000);
}

function termSuggestion(kind: "class" | "property", term: VocabularyTerm): Suggestion {
  return {
    kind,
    insert: term.name,
    label: term.name,
    ...(term.label ? { detail: term.label } : {}),
    ...(term.text ? { info: term.text } : {}),
    ...(term.lang ? { lang: term.lang } : {}),
  };
}

function classes(typed: string, vocabulary: Vocabulary, add: Add): void {
  vocabulary.classes.forEach((term, at) => {
    const rank = fit(typed, term.name, term.label);
    add(termSuggestion("class", term), rank === null ? null : rank + place(at, term));
  });
}

function properties(text: string, { subject, typed }: Context, vocabulary: Vocabulary, add: Add): void {
  const { triples } = readPattern(tokens(text));
  const likely = subject ? likelyProperties(vocabulary, triples, subject.text) : new Set<string>();
  vocabulary.properties.forEach((term, at) => {
    const rank = fit(typed, term.name, term.label);
    add(
      termSuggestion("property", term),
      rank === null ? null : rank - (likely.has(term.name) ? 0.5 : 0) + place(at, term),
    );
  });
}

/** A small step for each place in the list; what the data never use comes after what they do. */
function place(at: number, term: VocabularyTerm): number {
  return Math.min(at, 999) / 4000 + (term.uses === 0 ? 0.25 : 0);
}

function words({ place: where, typed }: Context, inPattern: boolean, add: Add): void {
  const wanted = typed.toLowerCase();
  for (const { label, insert } of keywordsAt(where, inPattern)) {
    const starts = label.toLowerCase().startsWith(wanted);
    add({ kind: "keyword", insert: insert ?? label, label }, starts ? (wanted ? 0.5 : 8) : null);
  }
  if (where !== "expression" && where !== "select") return;
  for (const [name, takes] of Object.entries(FUNCTIONS)) {
    const starts = name.toLowerCase().startsWith(wanted);
    add({ kind: "function", insert: `${name}($)`, label: name, detail: `(${takes})` }, wanted && starts ? 0.7 : null);
  }
}
