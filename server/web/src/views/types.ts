// What the views draw. The server writes the same shapes (kg_server/pages/figures.py); keys without a value are left out.

/** How sure a number is: "more than 12", "at least 12", "less than 12", "at most 12", "about 12", or 12. */
export type Bound = "exact" | "more" | "least" | "less" | "most" | "about";

/** A text that may lead to a page, in a language that may not be the page's. */
export interface Named {
  readonly label: string;
  readonly href?: string;
  readonly lang?: string;
}

export interface GraphNode extends Named {
  /** The IRI, or whatever tells it from other nodes. */
  readonly id: string;
  /** The name of its kind, for colour, shape and filter. */
  readonly kind?: string;
}

export interface GraphEdge {
  /** Ids of nodes. */
  readonly from: string;
  readonly to: string;
  /** The name of the relation. */
  readonly label: string;
  readonly href?: string;
  /** It is planned, or hoped for. */
  readonly planned?: boolean;
  /** Somebody says so; it is not asserted. */
  readonly said?: boolean;
}

export interface GraphData {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface TimelineItem extends Named {
  /** A date or an interval, in EDTF (ISO 8601-2) as far as it is known: 2024-06-28, 1623~, 196X/198X, [a..b]. Left out where unknown. */
  readonly start?: string;
  readonly end?: string;
  /** Days between which an uncertain date lies, YYYY-MM-DD; they are read from start and end where they are left out. */
  readonly earliest?: string;
  readonly latest?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly planned?: boolean;
}

export interface TimelineData {
  readonly items: readonly TimelineItem[];
}

export interface MapPlace extends Named {
  /** ISO 3166-1: two letters or three digits; or a country's name. */
  readonly country?: string;
  /** Degrees; both or neither. */
  readonly lat?: number;
  readonly lon?: number;
  /** What the circle's area stands for; the number of items where it is left out. */
  readonly value?: number;
  readonly items?: readonly Named[];
}

export interface MapData {
  readonly places: readonly MapPlace[];
}

export interface ChartBar extends Named {
  readonly value: number;
  readonly bound: Bound;
  readonly unit?: string;
  readonly group?: string;
}

export interface ChartData {
  readonly bars: readonly ChartBar[];
}

/** The data of each view, by its name in `figure[data-view]`. */
export interface Views {
  readonly graph: GraphData;
  readonly timeline: TimelineData;
  readonly map: MapData;
  readonly chart: ChartData;
}

export type View = keyof Views;

/** Draws into an element, in place of what was drawn there; returns what ends it. Words come from lib/words.ts. */
export type Draw<V extends View> = (host: HTMLElement, data: Views[V]) => () => void;
