/** What can be said of a query before it is asked: names that do not exist, columns that nothing fills. */

import type { Prefixes } from "../lib/terms.js";
import { readPattern } from "./pattern.js";
import { declared } from "./prefixes.js";
import { form, meaningful, type Token } from "./tokens.js";
import { iriOf, nameOf, type Vocabulary } from "./vocabulary.js";

export type Hint =
  | { readonly kind: "unknown-prefix"; readonly from: number; readonly to: number; readonly name: string }
  | {
      readonly kind: "unknown-term";
      readonly from: number;
      readonly to: number;
      readonly name: string;
      readonly near: string | null;
    }
  | {
      readonly kind: "unfilled";
      readonly from: number;
      readonly to: number;
      readonly name: string;
      readonly near: string | null;
    };

/**
 * Hints for a query, in the order of its text.
 *
 * `prefixes` are those that the endpoint knows without a declaration.
 */
export function hints(text: string, vocabulary: Vocabulary, prefixes: Prefixes): Hint[] {
  const all = meaningful(text);
  const known = { ...prefixes, ...declared(text) };
  const found: Hint[] = [];
  const reader = readPattern(all);
  const checked = new Set<Token>();
  for (const { predicate, object } of reader.triples) {
    checked.add(predicate);
    if (predicate.text === "a" || predicate.text === "rdf:type") checked.add(object);
  }
  const names = new Set([...vocabulary.classes, ...vocabulary.properties].map(({ name }) => name));
  const closed = vocabulary.closed.map((prefix) => vocabulary.prefixes[prefix]).filter((each) => each !== undefined);
  all.forEach((token, at) => {
    // A name that has only begun is not yet wrong.
    if (token.kind !== "pname" || token.text.endsWith(":") || /^prefix$/i.test(all[at - 1]?.text ?? "")) return;
    const { from, to } = token;
    const iri = iriOf(token.text, known);
    if (iri === null) {
      found.push({ kind: "unknown-prefix", from, to, name: token.text.slice(0, token.text.indexOf(":") + 1) });
    } else if (checked.has(token) && closed.some((namespace) => iri.startsWith(namespace))) {
      const name = nameOf(iri, vocabulary.prefixes);
      if (!names.has(name))
        found.push({ kind: "unknown-term", from, to, name: token.text, near: nearest(name, names) });
    }
  });
  if (form(text) === "SELECT")
    for (const { from, to, text: name } of reader.selected)
      if (!reader.mentioned.has(name.slice(1)))
        found.push({
          kind: "unfilled",
          from,
          to,
          name,
          near: nearest(name, new Set([...reader.mentioned].map((each) => `?${each}`))),
        });
  return found.sort((one, other) => one.from - other.from);
}

/** The name that differs least, if it differs little. */
export function nearest(name: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 5)) + 1;
  for (const each of names) {
    const distance = editDistance(name.toLowerCase(), each.toLowerCase(), least);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/** How many letters are added, left out, changed or swapped with the next; `most` where it is that or more. */
function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) >= most) return most;
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : most;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return Math.min(most, row[other.length] ?? most);
}
