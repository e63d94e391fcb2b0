/** What a node is linked with, asked of the endpoint. */

import { ask } from "../../lib/sparql.js";
import type { Term } from "../../lib/terms.js";
import { language } from "../../lib/words.js";
import type { GraphData, GraphEdge, GraphNode } from "../types.js";

const MOST = 60;

/** The question: relations in the default graph to and from everything that has a name. */
export function question(iri: string, tongue: string): string {
  const named = (thing: string, name: string) =>
    `OPTIONAL { GRAPH ?g${name} { ${thing} rdfs:label ?${name} } FILTER (LANG(?${name}) = "${tongue}") }`;
  return `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?out ?relation ?other (SAMPLE(?name) AS ?label) (SAMPLE(?r) AS ?relationLabel) (SAMPLE(?k) AS ?kind) WHERE {
  { <${iri}> ?relation ?other BIND (true AS ?out) } UNION { ?other ?relation <${iri}> BIND (false AS ?out) }
  ?other rdfs:label ?any .
  OPTIONAL { ?other rdfs:label ?own FILTER (LANG(?own) = "${tongue}") }
  BIND (COALESCE(?own, ?any) AS ?name)
  ${named("?relation", "r")}
  OPTIONAL { ?other a ?class ${named("?class", "k")} }
} GROUP BY ?out ?relation ?other ORDER BY ?relation ?other LIMIT ${MOST}`;
}

/** The page of an IRI on this site, told from a node whose page is known. */
export function pageOf(iri: string, known: readonly GraphNode[]): string | undefined {
  for (const { id, href } of known) {
    const [path = "", query] = (href ?? "").split("?");
    const common = path.length > 1 && id.endsWith(path) ? path.length : 0;
    if (!common) continue;
    const base = id.slice(0, id.length - common);
    if (iri.startsWith(`${base}/`)) return iri.slice(base.length) + (query ? `?${query}` : "");
  }
  return undefined;
}

function local(iri: string): string {
  return /[^/#]+$/.exec(iri)?.[0] ?? iri;
}

function value(term: Term | undefined): string {
  return term && term.type !== "triple" ? term.value : "";
}

/** A node's neighbours as nodes and edges; throws what `ask` throws. */
export async function neighbours(
  node: GraphNode,
  known: readonly GraphNode[],
  signal: AbortSignal,
): Promise<GraphData> {
  const { result } = await ask(question(node.id, language()), signal);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  if (result.kind !== "bindings") return { nodes, edges };
  for (const row of result.rows) {
    const id = value(row.other);
    const label = row.label;
    if (!id || label?.type !== "literal") continue;
    const [kind, href, lang] = [value(row.kind), pageOf(id, known), label["xml:lang"]];
    nodes.push({
      id,
      label: label.value,
      ...(kind ? { kind } : {}),
      ...(href ? { href } : {}),
      ...(lang && lang !== language() ? { lang } : {}),
    });
    const out = value(row.out) === "true";
    edges.push({
      from: out ? node.id : id,
      to: out ? id : node.id,
      label: value(row.relationLabel) || local(value(row.relation)),
    });
  }
  return { nodes, edges };
}
