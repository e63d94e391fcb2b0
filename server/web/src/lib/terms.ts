/** Terms of RDF as SPARQL's JSON results have them, and as people read them. */

export interface Iri {
  readonly type: "uri";
  readonly value: string;
}

export interface Blank {
  readonly type: "bnode";
  readonly value: string;
}

export interface Literal {
  readonly type: "literal";
  readonly value: string;
  readonly datatype?: string;
  readonly "xml:lang"?: string;
  readonly "its:dir"?: "ltr" | "rtl";
}

export interface TripleTerm {
  readonly type: "triple";
  readonly value: { readonly subject: Term; readonly predicate: Term; readonly object: Term };
}

export type Term = Iri | Blank | Literal | TripleTerm;
export type Prefixes = Readonly<Record<string, string>>;

export const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(
  ["integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"].map((each) => XSD + each),
);

/** Abbreviate an IRI by the longest namespace that fits; return it whole where none does. */
export function shorten(iri: string, prefixes: Prefixes): string {
  let best = iri;
  let length = 0;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    const local = iri.slice(namespace.length);
    if (namespace.length > length && iri.startsWith(namespace) && /^[\w.%-]*$/.test(local)) {
      best = `${prefix}:${local}`;
      length = namespace.length;
    }
  }
  return best;
}

/** The number that a literal is; null for everything else. */
export function numeric(term: Term | undefined): number | null {
  if (term?.type !== "literal" || !term.datatype || !NUMBERS.has(term.datatype)) return null;
  const value = Number(term.value);
  return Number.isFinite(value) ? value : null;
}

/** One line of text for a term: what is copied, sorted and filtered by. */
export function plain(term: Term | undefined, prefixes: Prefixes = {}): string {
  if (!term) return "";
  switch (term.type) {
    case "uri":
      return shorten(term.value, prefixes);
    case "bnode":
      return `_:${term.value}`;
    case "literal":
      return term.value;
    case "triple": {
      const { subject, predicate, object } = term.value;
      return `<<( ${[subject, predicate, object].map((each) => turtle(each, prefixes)).join(" ")} )>>`;
    }
  }
}

/** A term as Turtle writes it. */
export function turtle(term: Term, prefixes: Prefixes = {}): string {
  if (term.type === "uri") {
    const short = shorten(term.value, prefixes);
    return short === term.value ? `<${term.value}>` : short;
  }
  if (term.type !== "literal") return plain(term, prefixes);
  const text = `"${term.value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r")}"`;
  if (term["xml:lang"]) return `${text}@${term["xml:lang"]}`;
  if (!term.datatype || term.datatype === `${XSD}string`) return text;
  return `${text}^^${turtle({ type: "uri", value: term.datatype }, prefixes)}`;
}
