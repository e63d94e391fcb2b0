/** The words of SPARQL 1.2 that completion offers, by place, and its functions with what they take. */

import type { Place } from "./pattern.js";

/** A keyword; `$` stands where the cursor goes. */
export interface Keyword {
  readonly label: string;
  readonly insert?: string;
}

const BEGIN: readonly Keyword[] = [
  { label: "SELECT", insert: "SELECT $" },
  { label: "SELECT DISTINCT", insert: "SELECT DISTINCT $" },
  { label: "ASK", insert: "ASK {\n  $\n}" },
  { label: "CONSTRUCT", insert: "CONSTRUCT {\n  $\n}\nWHERE {\n  \n}" },
  { label: "DESCRIBE", insert: "DESCRIBE $" },
  { label: "PREFIX", insert: "PREFIX $" },
  { label: "BASE", insert: "BASE <$>" },
  { label: "FROM", insert: "FROM $" },
  { label: "FROM NAMED", insert: "FROM NAMED $" },
  { label: "WHERE", insert: "WHERE {\n  $\n}" },
];
const STATEMENT: readonly Keyword[] = [
  { label: "FILTER", insert: "FILTER ($)" },
  { label: "FILTER EXISTS", insert: "FILTER EXISTS { $ }" },
  { label: "FILTER NOT EXISTS", insert: "FILTER NOT EXISTS { $ }" },
  { label: "OPTIONAL", insert: "OPTIONAL { $ }" },
  { label: "BIND", insert: "BIND ($ AS ?name)" },
  { label: "VALUES", insert: "VALUES ?$ {  }" },
  { label: "GRAPH", insert: "GRAPH $ {  }" },
  { label: "UNION", insert: "UNION { $ }" },
  { label: "MINUS", insert: "MINUS { $ }" },
  { label: "SELECT", insert: "SELECT $" },
];
const MODIFIERS: readonly Keyword[] = [
  { label: "GROUP BY", insert: "GROUP BY $" },
  { label: "HAVING", insert: "HAVING ($)" },
  { label: "ORDER BY", insert: "ORDER BY $" },
  { label: "LIMIT", insert: "LIMIT $" },
  { label: "OFFSET", insert: "OFFSET $" },
  { label: "VALUES", insert: "VALUES ?$ {  }" },
];
const SELECTING: readonly Keyword[] = [
  { label: "DISTINCT", insert: "DISTINCT $" },
  { label: "WHERE", insert: "WHERE {\n  $\n}" },
  { label: "FROM", insert: "FROM $" },
  { label: "AS", insert: "AS ?$" },
];
const EXPRESSION: readonly Keyword[] = [
  { label: "EXISTS", insert: "EXISTS { $ }" },
  { label: "NOT EXISTS", insert: "NOT EXISTS { $ }" },
  { label: "IN", insert: "IN ($)" },
  { label: "NOT IN", insert: "NOT IN ($)" },
  { label: "AS", insert: "AS ?$" },
  { label: "DISTINCT", insert: "DISTINCT $" },
  { label: "true" },
  { label: "false" },
  { label: "BY", insert: "BY $" },
  ...["ASC", "DESC"].map((label) => ({ label, insert: `${label}($)` })),
];

/** What a keyword of SPARQL may be at a place. */
export function keywordsAt(place: Place, inPattern: boolean): readonly Keyword[] {
  switch (place) {
    case "start":
      return BEGIN;
    case "select":
      return SELECTING;
    case "subject":
    case "end":
      return inPattern ? STATEMENT : [];
    case "modifier":
      return MODIFIERS;
    case "expression":
      return inPattern ? EXPRESSION : [...EXPRESSION, ...MODIFIERS];
    case "value":
      return [{ label: "UNDEF" }];
    case "predicate":
      return [{ label: "a" }];
    default:
      return [];
  }
}

/** Functions and aggregates: name and what goes in. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  ABS: "number",
  AVG: "numbers",
  BNODE: "text?",
  BOUND: "?variable",
  CEIL: "number",
  COALESCE: "value, value, …",
  CONCAT: "text, text, …",
  CONTAINS: "text, part",
  COUNT: "values",
  DATATYPE: "literal",
  DAY: "date",
  ENCODE_FOR_URI: "text",
  FLOOR: "number",
  GROUP_CONCAT: 'texts; SEPARATOR=", "',
  hasLANG: "literal",
  hasLANGDIR: "literal",
  HOURS: "time",
  IF: "condition, then, else",
  IRI: "text",
  isBLANK: "term",
  isIRI: "term",
  isLITERAL: "term",
  isNUMERIC: "term",
  isTRIPLE: "term",
  LANG: "literal",
  LANGDIR: "literal",
  LANGMATCHES: "language, range",
  LCASE: "text",
  MAX: "values",
  MD5: "text",
  MIN: "values",
  MINUTES: "time",
  MONTH: "date",
  NOW: "",
  OBJECT: "triple",
  PREDICATE: "triple",
  RAND: "",
  REGEX: "text, pattern, flags?",
  REPLACE: "text, pattern, replacement, flags?",
  ROUND: "number",
  sameTerm: "term, term",
  SAMPLE: "values",
  SECONDS: "time",
  SHA1: "text",
  SHA256: "text",
  SHA384: "text",
  SHA512: "text",
  STR: "term",
  STRAFTER: "text, part",
  STRBEFORE: "text, part",
  STRDT: "text, datatype",
  STRENDS: "text, part",
  STRLANG: "text, language",
  STRLANGDIR: "text, language, direction",
  STRLEN: "text",
  STRSTARTS: "text, part",
  STRUUID: "",
  SUBJECT: "triple",
  SUBSTR: "text, start, length?",
  SUM: "numbers",
  TIMEZONE: "time",
  TRIPLE: "subject, predicate, object",
  TZ: "time",
  UCASE: "text",
  UUID: "",
  YEAR: "date",
};

/** The datatypes that people write behind `^^`. */
export const DATATYPES = ["xsd:date", "xsd:gYear", "xsd:gYearMonth", "xsd:dateTime", "xsd:integer", "xsd:decimal"];
