/** Triples as Turtle (RDF 1.2), grouped by subject, for reading; the server's own Turtle is there to download. */

import { type Prefixes, type Term, XSD } from "../lib/terms.js";
import type { Cells } from "./read.js";
import { nameOf } from "./vocabulary.js";

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const SHORT = /^[+-]?\d+$/;

/** A term as Turtle and SPARQL write it. */
export function written(term: Term, prefixes: Prefixes): string {
  switch (term.type) {
    case "uri":
      return nameOf(term.value, prefixes);
    case "bnode":
      return `_:${term.value}`;
    case "triple": {
      const { subject, predicate, object } = term.value;
      return `<<( ${[subject, predicate, object].map((each) => written(each, prefixes)).join(" ")} )>>`;
    }
    case "literal": {
      if (term.datatype === `${XSD}integer` && SHORT.test(term.value)) return term.value;
      if (term.datatype === `${XSD}boolean` && /^(?:true|false)$/.test(term.value)) return term.value;
      const text = quoted(term.value);
      const language = term["xml:lang"];
      if (language) return `${text}@${language}${term["its:dir"] ? `--${term["its:dir"]}` : ""}`;
      if (!term.datatype || term.datatype === `${XSD}string`) return text;
      return `${text}^^${nameOf(term.datatype, prefixes)}`;
    }
  }
}

/** A string in double quotes. */
export function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return `"${escaped}"`;
}

/** All triples, with the prefixes that they use. */
export function writeTurtle(rows: readonly Cells[], prefixes: Prefixes): string {
  const subjects = new Map<string, Map<string, string[]>>();
  for (const [subject, predicate, object] of rows) {
    if (!subject || !predicate || !object) continue;
    const name = predicate.type === "uri" && predicate.value === TYPE ? "a" : written(predicate, prefixes);
    const said = entry(subjects, written(subject, prefixes), () => new Map<string, string[]>());
    entry(said, name, () => []).push(written(object, prefixes));
  }
  const blocks = [...subjects].map(([subject, said]) => {
    const kinds = [...said].sort(([one], [other]) => Number(other === "a") - Number(one === "a"));
    const lines = kinds.map(([name, objects]) => `${name} ${objects.join(", ")}`);
    return `${subject} ${lines.join(" ;\n    ")} .`;
  });
  const text = blocks.join("\n\n");
  const used = Object.entries(prefixes)
    .filter(([prefix]) => new RegExp(`(?:^|[\\s(^])${prefix}:`, "m").test(text))
    .map(([prefix, iri]) => `@prefix ${prefix}: <${iri}> .`);
  return `${used.length ? `${used.sort().join("\n")}\n\n` : ""}${text}\n`;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
