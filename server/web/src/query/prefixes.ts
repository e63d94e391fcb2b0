/** PREFIX lines: which a query declares, which it needs, and where a new one goes. */

import type { Prefixes } from "../lib/terms.js";
import { isWord, meaningful, type Token } from "./tokens.js";

/** A change of a text: insert here. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

interface Prologue {
  readonly declared: Record<string, string>;
  /** The tokens behind the prologue. */
  readonly rest: readonly Token[];
  /** Where the last declaration ends; null when there is none. */
  readonly end: number | null;
}

function prologue(text: string): Prologue {
  const all = meaningful(text);
  const declared: Record<string, string> = {};
  let end: number | null = null;
  let at = 0;
  for (;;) {
    const [word, second, third] = [all[at], all[at + 1], all[at + 2]];
    if (isWord(word, "PREFIX") && second?.kind === "pname" && third?.kind === "iri") {
      declared[second.text.slice(0, -1)] = third.text.slice(1, -1);
      end = third.to;
      at += 3;
    } else if (isWord(word, "BASE") && second?.kind === "iri") {
      end = second.to;
      at += 2;
    } else if (isWord(word, "VERSION") && second?.kind === "string") {
      end = second.to;
      at += 2;
    } else return { declared, rest: all.slice(at), end };
  }
}

/** The prefixes that a query declares. */
export function declared(text: string): Prefixes {
  return prologue(text).declared;
}

/** The prefixes that names in a query use, in order. */
export function used(text: string): string[] {
  const names = prologue(text).rest.filter((each, at, all) => each.kind === "pname" && !isWord(all[at - 1], "PREFIX"));
  return [...new Set(names.map((each) => each.text.slice(0, each.text.indexOf(":"))))];
}

/** The prefixes that a query uses, does not declare, and that are known. */
export function missing(text: string, known: Prefixes): string[] {
  const there = declared(text);
  return used(text)
    .filter((prefix) => !(prefix in there) && prefix in known)
    .sort();
}

/** Where PREFIX lines go, and their text; null when there is nothing to insert. */
export function insertion(text: string, prefixes: readonly string[], known: Prefixes): Insertion | null {
  const there = declared(text);
  const lines = prefixes
    .filter((prefix) => prefix in known && !(prefix in there))
    .map((prefix) => `PREFIX ${prefix}: <${known[prefix]}>`);
  if (!lines.length) return null;
  const { end, rest } = prologue(text);
  if (end !== null) return { at: end, text: `\n${lines.join("\n")}` };
  // Comments at the head of a query speak of the query, and stay above.
  const first = rest[0]?.from ?? text.length;
  const at = text.lastIndexOf("\n", first - 1) + 1;
  return { at, text: `${lines.join("\n")}\n\n` };
}

/** A text with its missing PREFIX lines. */
export function withPrefixes(text: string, known: Prefixes): string {
  const change = insertion(text, missing(text, known), known);
  return change ? text.slice(0, change.at) + change.text + text.slice(change.at) : text;
}
