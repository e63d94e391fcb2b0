/** Terms as nodes of a page: text stays text, IRIs lead to their pages, languages and datatypes stand beside. */

import { h, safeHref } from "../lib/dom.js";
import { type Prefixes, type Term, XSD } from "../lib/terms.js";
import { word } from "../lib/words.js";
import type { Label } from "./labels.js";
import { nameOf } from "./vocabulary.js";

const PLAIN = new Set(
  ["string", "integer", "decimal", "double", "date", "boolean", "gYear"]
    .map((each) => XSD + each)
    .concat("http://id.loc.gov/datatypes/edtf/EDTF"),
);
// No second slash that would lead to another host, and nothing that would have to be encoded.
const PAGE = /^[\w.-]+(?:\/[\w.-]+)*(?:#[\w.-]+)?$/;

export interface Setting {
  readonly base: string;
  readonly root: string;
  readonly language: string;
  readonly prefixes: Prefixes;
  /** The name of an IRI; null where it has none, or none is wanted. */
  readonly labelOf: (iri: string) => Label | null;
}

/** Where an IRI leads: to its page on this site, to another site, or nowhere. */
export function linkOf(iri: string, { base, root, language }: Setting): { href: string; away: boolean } | null {
  if (base && iri.startsWith(base) && PAGE.test(iri.slice(base.length))) {
    const [path, fragment] = iri.slice(base.length).split("#");
    return { href: `${root}/${path}?lang=${language}${fragment ? `#${fragment}` : ""}`, away: false };
  }
  return /^https?:\/\/[^/]/.test(iri) && safeHref(iri) ? { href: iri, away: true } : null;
}

/** An IRI by its short name, without angle brackets. */
export function short(iri: string, prefixes: Prefixes): string {
  return nameOf(iri, prefixes).replace(/^<(.*)>$/, "$1");
}

/** A term as people read it in one line. */
export function lineOf(term: Term, setting: Setting): string {
  switch (term.type) {
    case "uri":
      return setting.labelOf(term.value)?.text ?? short(term.value, setting.prefixes);
    case "bnode":
      return `_:${term.value}`;
    case "literal":
      return term.value;
    case "triple": {
      const { subject, predicate, object } = term.value;
      return `«${[subject, predicate, object].map((each) => lineOf(each, setting)).join(" ")}»`;
    }
  }
}

/** All by which a term may be found: its name and its identifier, its language. */
export function searchedOf(term: Term, setting: Setting): string {
  const line = lineOf(term, setting);
  if (term.type === "uri") return `${line} ${short(term.value, setting.prefixes)}`;
  return term.type === "literal" && term["xml:lang"] ? `${line} @${term["xml:lang"]}` : line;
}

/** A term in full, as it is copied. */
export function wholeOf(term: Term, prefixes: Prefixes): string {
  if (term.type !== "triple") return term.type === "bnode" ? `_:${term.value}` : term.value;
  const { subject, predicate, object } = term.value;
  return `<<( ${[subject, predicate, object].map((each) => (each.type === "uri" ? `<${each.value}>` : wholeOf(each, prefixes))).join(" ")} )>>`;
}

/** A term in a cell. */
export function cellOf(term: Term, setting: Setting): Node[] {
  switch (term.type) {
    case "uri":
      return iri(term.value, setting);
    case "bnode":
      return [h("code", {}, `_:${term.value}`)];
    case "literal": {
      const language = term["xml:lang"];
      const text = h(
        "span",
        {
          class: term.datatype ? "typed" : null,
          lang: language ?? null,
          dir: term["its:dir"] ?? (language ? "auto" : null),
        },
        term.value,
      );
      const tag = language
        ? `${language}${term["its:dir"] ? `--${term["its:dir"]}` : ""}`
        : term.datatype && !PLAIN.has(term.datatype)
          ? short(term.datatype, setting.prefixes)
          : "";
      return tag ? [text, document.createTextNode(" "), h("small", { class: "tagged" }, tag)] : [text];
    }
    case "triple": {
      const { subject, predicate, object } = term.value;
      const parts = [subject, predicate, object].flatMap((each) => [
        ...cellOf(each, setting),
        document.createTextNode(" "),
      ]);
      return [h("span", { class: "triple", role: "group", "aria-label": word("editor_triple_term") }, ...parts)];
    }
  }
}

function iri(value: string, setting: Setting): Node[] {
  const name = short(value, setting.prefixes);
  const label = setting.labelOf(value);
  const link = linkOf(value, setting);
  const attributes = { title: value, lang: label?.lang ?? null };
  const shown = label?.text ?? name;
  const main = link
    ? h("a", { ...attributes, href: link.href, ...(link.away ? { class: "away", rel: "noreferrer" } : {}) }, shown)
    : h("span", attributes, shown);
  return label ? [main, document.createTextNode(" "), h("small", { class: "short" }, name)] : [main];
}
