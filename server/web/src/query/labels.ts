/** Names of IRIs in the language of the page, asked of the endpoint as they are needed. */

import { root } from "../lib/sparql.js";
import type { Term } from "../lib/terms.js";
import { type Cells, TsvReader } from "./read.js";

export interface Label {
  readonly text: string;
  /** The language, where it is not the page's. */
  readonly lang: string | null;
}

/** What answers a SELECT: its rows. */
export type Select = (query: string) => Promise<readonly Cells[]>;

const BATCH = 250;
const NAMES = ["http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#prefLabel"];
// What cannot stand between angle brackets is no IRI, and is not asked for.
const PLAIN = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|^`\\]+$/;

/** The query for the names of some IRIs. */
export function labelQuery(iris: readonly string[]): string {
  return `SELECT DISTINCT ?s ?name WHERE {
  VALUES ?s { ${iris.map((iri) => `<${iri}>`).join(" ")} }
  VALUES ?p { ${NAMES.map((iri) => `<${iri}>`).join(" ")} }
  { ?s ?p ?name } UNION { GRAPH ?g { ?s ?p ?name } }
  FILTER (isLiteral(?name))
}`;
}

/** The IRIs in terms, those of triple terms too. */
export function irisIn(terms: Iterable<Term | undefined>, found = new Set<string>()): Set<string> {
  for (const term of terms) {
    if (term?.type === "uri") found.add(term.value);
    else if (term?.type === "triple") irisIn([term.value.subject, term.value.predicate, term.value.object], found);
  }
  return found;
}

export class Labels {
  private readonly known = new Map<string, Label | null>();
  private readonly language: string;
  private readonly select: Select;
  private refused = false;

  constructor(language: string, select: Select = selectRows) {
    this.language = language;
    this.select = select;
  }

  get(iri: string): Label | null {
    return this.known.get(iri) ?? null;
  }

  /** What is known without asking. */
  set(iri: string, label: Label): void {
    this.known.set(iri, label);
  }

  /** After a refusal nothing is asked until the next answer is there. */
  again(): void {
    this.refused = false;
  }

  /** Ask for names that are not known; tell whether any was found. */
  async load(iris: Iterable<string>, most = 1000): Promise<boolean> {
    const wanted = [...new Set(iris)].filter((iri) => !this.known.has(iri) && PLAIN.test(iri)).slice(0, most);
    let found = false;
    for (let at = 0; at < wanted.length && !this.refused; at += BATCH)
      found = (await this.loadBatch(wanted.slice(at, at + BATCH))) || found;
    return found;
  }

  private async loadBatch(iris: readonly string[]): Promise<boolean> {
    let rows: readonly Cells[];
    try {
      rows = await this.select(labelQuery(iris));
    } catch {
      // A page with short names is better than none.
      this.refused = true;
      return false;
    }
    const best = new Map<string, Label & { readonly rank: number }>();
    for (const [subject, name] of rows) {
      if (subject?.type !== "uri" || name?.type !== "literal") continue;
      const code = name["xml:lang"]?.toLowerCase() ?? "";
      const rank = code === this.language ? 0 : code === "" ? 1 : 2;
      if (rank < (best.get(subject.value)?.rank ?? 3))
        best.set(subject.value, { text: name.value, lang: rank === 2 ? code : null, rank });
    }
    for (const iri of iris) {
      const found = best.get(iri);
      this.known.set(iri, found ? { text: found.text, lang: found.lang } : null);
    }
    return best.size > 0;
  }
}

async function selectRows(query: string): Promise<readonly Cells[]> {
  const response = await fetch(`${root()}/sparql`, {
    method: "POST",
    headers: { Accept: "text/tab-separated-values" },
    body: new URLSearchParams({ query }),
  });
  if (!response.ok) throw new Error(response.statusText);
  const reader = new TsvReader();
  reader.push(await response.text());
  reader.end();
  return reader.rows;
}
