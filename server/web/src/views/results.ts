/** From the rows of any SELECT to what a view draws: roles by the variables' names, else by what the columns hold. */

import type { Bindings, Row } from "../lib/sparql.js";
import { numeric, type Prefixes, shorten, type Term, XSD } from "../lib/terms.js";
import { readEdtf } from "./edtf.js";
import type {
  Bound,
  ChartBar,
  ChartData,
  GraphData,
  GraphEdge,
  GraphNode,
  MapData,
  MapPlace,
  Named,
  TimelineData,
  TimelineItem,
  View,
  Views,
} from "./types.js";

/** What is known of the site, to name and to link what a result holds. */
export interface Site {
  readonly prefixes: Prefixes;
  /** The IRI below which the site has pages. */
  readonly base: string;
  /** The path of the site's root, without a slash at its end. */
  readonly root: string;
}

type Roles = Readonly<Record<string, string | undefined>>;
type Kind = "iri" | "date" | "number" | "text" | "flag";

const RJ = "https://w3id.org/rujukan/ns#";
const BOUNDS: Readonly<Record<string, Bound>> = {
  "https://schema.org/value": "exact",
  [`${RJ}moreThan`]: "more",
  [`${RJ}atLeast`]: "least",
  [`${RJ}lessThan`]: "less",
  [`${RJ}atMost`]: "most",
  [`${RJ}about`]: "about",
};
const EDTF = "http://id.loc.gov/datatypes/edtf/EDTF";
const DATES = new Set([EDTF, ...["date", "dateTime", "gYear", "gYearMonth"].map((each) => XSD + each)]);
const CODE = "http://purl.org/dc/terms/ISO3166";
const WKT = /^(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)$/i;
/** Values that are looked at to learn what a column holds. */
const LOOKED_AT = 50;

/** The views that can draw a result, the most telling one first. */
export function viewsOf(results: Bindings): View[] {
  const order: readonly View[] = ["timeline", "map", "graph", "chart"];
  return order.filter((view) => rolesOf(results, view) !== null);
}

/** What a view draws of a result; null when the result has not what it needs. */
export function fromResults<V extends View>(results: Bindings, view: V, site: Site): Views[V] | null {
  const roles = rolesOf(results, view);
  if (!roles) return null;
  const rows = results.rows.map((row) => new Cells(row, roles, site));
  const makers: { readonly [Each in View]: () => Views[Each] } = {
    graph: () => graph(rows),
    timeline: () => timeline(rows),
    map: () => map(rows),
    chart: () => chart(rows),
  };
  return makers[view]();
}

function kindOf(results: Bindings, column: string): Kind | null {
  const terms = results.rows.slice(0, LOOKED_AT).flatMap((row) => row[column] ?? []);
  const kinds = new Set(terms.map(kindOfTerm));
  return kinds.size === 1 ? ([...kinds][0] ?? null) : kinds.size ? "text" : null;
}

function kindOfTerm(term: Term): Kind {
  if (term.type === "uri" || term.type === "bnode") return "iri";
  if (term.type === "triple") return "text";
  if (numeric(term) !== null) return "number";
  if (term.datatype && DATES.has(term.datatype)) return "date";
  return term.datatype === `${XSD}boolean` ? "flag" : "text";
}

/** The columns that play the roles of a view; null when one that it needs is missing. */
export function rolesOf(results: Bindings, view: View): Roles | null {
  const { columns } = results;
  if (!results.rows.length) return null;
  const named: Record<string, string> = Object.fromEntries(columns.map((each) => [each, each]));
  const of = (kind: Kind) => columns.filter((each) => kindOf(results, each) === kind);
  const labelOf = (column: string | undefined) =>
    column && ["Label", "Name"].map((end) => column + end).find((each) => columns.includes(each));
  const [iris, dates, numbers, texts] = [of("iri"), of("date"), of("number"), of("text")];
  switch (view) {
    case "graph": {
      if (named.from && named.to) return named;
      const [from, relation, to] = iris.length > 2 ? iris : [iris[0], undefined, iris[1]];
      if (!from || !to) return null;
      const guessed = { from, to, relation, fromLabel: labelOf(from), toLabel: labelOf(to) };
      return { ...named, ...guessed, relation: labelOf(relation) ?? relation };
    }
    case "timeline": {
      const start = named.start ?? named.earliest ?? dates[0];
      const item = named.item ?? iris[0];
      const label = named.label ?? labelOf(item) ?? texts[0] ?? item;
      if (!start || !label) return null;
      const known = named.start || named.earliest;
      return { ...named, item, label, ...(known ? {} : { start, end: named.end ?? dates[1] }) };
    }
    case "map": {
      const point = columns.find((each) =>
        results.rows.some((row) => WKT.test(row[each]?.type === "literal" ? row[each].value : "")),
      );
      const code = columns.find((each) =>
        results.rows.some((row) => row[each]?.type === "literal" && row[each].datatype === CODE),
      );
      const lat = named.lat ?? named.latitude;
      const lon = named.lon ?? named.long ?? named.longitude;
      const country = named.country ?? code;
      if (!country && !point && !(lat && lon)) return null;
      const place = named.place;
      const item = named.item ?? iris.find((each) => each !== country && each !== place);
      const label = named.label ?? labelOf(item);
      return {
        ...named,
        country,
        point,
        lat,
        lon,
        item,
        label,
        value: named.value ?? numbers.find((each) => each !== lat && each !== lon),
      };
    }
    case "chart": {
      const value = named.value ?? numbers[numbers.length - 1];
      const item = named.item ?? iris[0];
      const label = named.label ?? labelOf(item) ?? texts[0] ?? item ?? columns.find((each) => each !== value);
      return value && label && label !== value ? { ...named, value, item, label } : null;
    }
    default:
      return null;
  }
}

/** One row, by roles. */
class Cells {
  readonly #row: Row;
  readonly #roles: Roles;
  readonly #site: Site;

  constructor(row: Row, roles: Roles, site: Site) {
    this.#row = row;
    this.#roles = roles;
    this.#site = site;
  }

  term(role: string): Term | undefined {
    const column = this.#roles[role];
    return column === undefined ? undefined : this.#row[column];
  }

  text(role: string): string {
    const term = this.term(role);
    if (!term || term.type === "triple") return "";
    return term.type === "uri" ? shorten(term.value, this.#site.prefixes) : term.value;
  }

  /** A text, left out where there is none. */
  some<Key extends string>(key: Key): { [Each in Key]?: string } {
    const text = this.text(key);
    return (text ? { [key]: text } : {}) as { [Each in Key]?: string };
  }

  id(role: string): string {
    const term = this.term(role);
    return !term || term.type === "triple" ? "" : term.value;
  }

  number(role: string): number | null {
    const text = this.text(role);
    const value = text.trim() ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : null;
  }

  flag(role: string): boolean {
    return ["true", "1"].includes(this.text(role));
  }

  /** A label and where it leads: the column of the label, else the name of the thing itself. */
  named(thing: string, label: string): Named {
    const shown = this.term(label) ?? this.term(thing);
    const lang = shown?.type === "literal" ? shown["xml:lang"] : undefined;
    const term = this.term(thing);
    const href = term?.type === "uri" ? this.#href(term.value) : null;
    return {
      label: this.text(label) || this.text(thing),
      ...(lang ? { lang } : {}),
      ...(href ? { href } : {}),
    };
  }

  #href(iri: string): string | null {
    const { base, root } = this.#site;
    if (base && iri.startsWith(base) && /^\w[\w./-]*$/.test(iri.slice(base.length))) {
      return `${root}/${iri.slice(base.length)}?format=html`;
    }
    return /^https?:\/\//.test(iri) ? iri : null;
  }
}

function graph(rows: readonly Cells[]): GraphData {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  for (const row of rows) {
    for (const role of ["from", "to"]) {
      const id = row.id(role);
      const kind = row.text(`${role}Kind`);
      if (!id || nodes.get(id)?.kind) continue;
      nodes.set(id, { id, ...row.named(role, `${role}Label`), ...(kind ? { kind } : {}) });
    }
    const [from, to] = [row.id("from"), row.id("to")];
    if (!from || !to) continue;
    edges.push({
      from,
      to,
      label: row.text("relationLabel") || row.text("relation"),
      ...(row.flag("planned") ? { planned: true } : {}),
      ...(row.flag("said") ? { said: true } : {}),
    });
  }
  return { nodes: [...nodes.values()], edges };
}

/** A date of XML Schema as EDTF: a moment as its day. */
function edtf(text: string): string {
  return readEdtf(text) ? text : text.replace(/^(\d{4}(?:-\d\d){0,2}).*$/, "$1");
}

function timeline(rows: readonly Cells[]): TimelineData {
  const items = new Map<string, TimelineItem>();
  for (const row of rows) {
    const named = row.named("item", "label");
    if (!named.label) continue;
    const item: TimelineItem = {
      ...named,
      ...row.some("earliest"),
      ...row.some("latest"),
      ...row.some("group"),
      ...row.some("kind"),
      ...(row.text("start") ? { start: edtf(row.text("start")) } : {}),
      ...(row.text("end") ? { end: edtf(row.text("end")) } : {}),
      ...(row.flag("planned") ? { planned: true } : {}),
    };
    items.set(JSON.stringify(item), item);
  }
  return { items: [...items.values()] };
}

function map(rows: readonly Cells[]): MapData {
  const places = new Map<string, { place: MapPlace; items: Map<string, Named>; value: number | null }>();
  for (const row of rows) {
    const point = WKT.exec(row.text("point"));
    const [lon, lat] = point ? [Number(point[1]), Number(point[2])] : [row.number("lon"), row.number("lat")];
    const country = row.text("country");
    const at = lat !== null && lon !== null ? { lat, lon } : {};
    if (!country && !("lat" in at)) continue;
    const key = country || `${lat},${lon}`;
    const item = row.named("item", "label");
    const own = row.named("place", "placeLabel");
    const known = places.get(key) ?? {
      place: { ...(own.label ? own : country ? { label: country } : item), ...(country ? { country } : {}), ...at },
      items: new Map<string, Named>(),
      value: null,
    };
    if (item.label) known.items.set(`${item.label}\n${item.href ?? ""}`, item);
    const value = row.number("value");
    if (value !== null) known.value = (known.value ?? 0) + value;
    places.set(key, known);
  }
  return {
    places: [...places.values()].map(({ place, items, value }) => ({
      ...place,
      ...(items.size ? { items: [...items.values()] } : {}),
      ...(value !== null ? { value } : {}),
    })),
  };
}

function chart(rows: readonly Cells[]): ChartData {
  const bars = new Map<string, ChartBar>();
  for (const row of rows) {
    const value = row.number("value");
    const named = row.named("item", "label");
    if (value === null || !named.label) continue;
    const bound = BOUNDS[row.id("bound")] ?? "exact";
    const bar: ChartBar = { ...named, value, bound, ...row.some("unit"), ...row.some("group") };
    bars.set(JSON.stringify(bar), bar);
  }
  return { bars: [...bars.values()] };
}
