/** A graph as it is drawn: who is linked with whom, what has the most links, which kinds and relations there are. */

import type { GraphData, GraphEdge, GraphNode } from "../types.js";

export interface Spot {
  readonly node: GraphNode;
  /** What it is linked with, by their ids; several relations with one neighbour are one line. */
  readonly links: Line[];
  /** Set by the layout. */
  x: number;
  y: number;
  /** Where somebody put it. */
  held: boolean;
}

export interface Line {
  readonly from: Spot;
  readonly to: Spot;
  readonly edges: GraphEdge[];
}

export interface Model {
  readonly spots: readonly Spot[];
  readonly lines: readonly Line[];
  /** Kinds by how much they link, relations by how often they occur, then by name. */
  readonly kinds: readonly Counted[];
  readonly relations: readonly Counted[];
  readonly find: (id: string) => Spot | undefined;
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** The model of a graph; what two graphs have in common is one. Edges to unknown nodes and to itself are left out. */
export function model(data: GraphData, former?: Model): Model {
  const spots = new Map<string, Spot>();
  for (const node of data.nodes) {
    if (spots.has(node.id)) continue;
    const old = former?.find(node.id);
    spots.set(node.id, { node, links: [], x: old?.x ?? Number.NaN, y: old?.y ?? Number.NaN, held: old?.held ?? false });
  }
  const lines = new Map<string, Line>();
  for (const edge of data.edges) {
    const [from, to] = [spots.get(edge.from), spots.get(edge.to)];
    if (!from || !to || from === to) continue;
    const key = [edge.from, edge.to].sort().join("\n");
    let line = lines.get(key);
    if (!line) {
      line = { from, to, edges: [] };
      lines.set(key, line);
      from.links.push(line);
      to.links.push(line);
    }
    if (!line.edges.some((each) => same(each, edge))) line.edges.push(edge);
  }
  const all = [...spots.values()];
  const drawn = [...lines.values()];
  return {
    spots: all,
    lines: drawn,
    kinds: count(all.map(({ node, links }) => [node.kind ?? "", links.length])),
    relations: count(drawn.flatMap(({ edges }) => edges.map(({ label }): [string, number] => [label, 1]))),
    find: (id) => spots.get(id),
  };
}

function same(a: GraphEdge, b: GraphEdge): boolean {
  return a.from === b.from && a.to === b.to && a.label === b.label && a.planned === b.planned && a.said === b.said;
}

function count(names: readonly (readonly [string, number])[]): Counted[] {
  const found = new Map<string, { count: number; weight: number }>();
  for (const [name, weight] of names) {
    if (!name) continue;
    const known = found.get(name) ?? { count: 0, weight: 0 };
    found.set(name, { count: known.count + 1, weight: known.weight + weight });
  }
  return [...found]
    .sort(([a, one], [b, two]) => two.weight - one.weight || a.localeCompare(b))
    .map(([name, known]) => ({ name, count: known.count }));
}

export function other(line: Line, spot: Spot): Spot {
  return line.from === spot ? line.to : line.from;
}

/** What is most worth a label first: what has the most links, then by name, so that the order is always the same. */
export function byImportance(spots: readonly Spot[]): Spot[] {
  return [...spots].sort(
    (a, b) =>
      b.links.length - a.links.length || a.node.label.localeCompare(b.node.label) || (a.node.id < b.node.id ? -1 : 1),
  );
}

/** The neighbour that lies most in a direction; null where none lies that way. */
export function towards(spot: Spot, dx: number, dy: number, seen: (spot: Spot) => boolean): Spot | null {
  let best: Spot | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const line of spot.links) {
    const next = other(line, spot);
    if (!seen(next)) continue;
    const [x, y] = [next.x - spot.x, next.y - spot.y];
    const length = Math.hypot(x, y) || 1;
    const along = (x * dx + y * dy) / length;
    if (along < 0.3) continue;
    // Near and straight ahead is better than far or aside.
    const cost = length * (2 - along);
    if (cost < least) [best, least] = [next, cost];
  }
  return best;
}
