/** Countries by code or by name, and where the places of a map are. */

import { geoArea, geoCentroid } from "d3-geo";
import type { Feature, FeatureCollection, Geometry, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { fold } from "../../filter.js";
import type { MapPlace } from "../types.js";

export interface Country {
  /** ISO 3166-1, two letters; null for those that have none. */
  readonly code: string | null;
  /** In the language of the page, where it is known. */
  readonly name: string;
  readonly shape: Feature<Geometry>;
}

export interface Atlas {
  readonly countries: readonly Country[];
  /** By a code (two letters or three digits) or a name in English or the page's language. */
  readonly find: (country: string) => Country | undefined;
}

export type Outlines = Topology<{ countries: GeometryCollection<{ name: string }> }>;

/** The region subtag of a number: Unicode's locale identifiers have the codes of ISO 3166-1 as canonical form. */
export function letters(number: string): string | null {
  try {
    const { region } = new Intl.Locale(`und-${number.padStart(3, "0")}`);
    return region && /^[A-Z]{2}$/.test(region) ? region : null;
  } catch {
    return null;
  }
}

/** An atlas of a topology whose countries have numbers for ids and English names. */
export function read(outlines: Outlines, tongue: string): Atlas {
  const [own, english] = [tongue, "en"].map(
    (each) => new Intl.DisplayNames([each], { type: "region", fallback: "none" }),
  );
  const found = feature(outlines, outlines.objects.countries) as FeatureCollection<Geometry, { name: string }>;
  const byKey = new Map<string, Country>();
  const countries = found.features.map((shape): Country => {
    const code = shape.id === undefined ? null : letters(String(shape.id));
    const { name } = shape.properties;
    const country = { code, name: (code && own?.of(code)) || name, shape };
    const names = [code, shape.id, name, country.name, code && english?.of(code)];
    for (const key of names) if (key) byKey.set(fold(String(key)), country);
    return country;
  });
  return { countries, find: (country) => byKey.get(fold(country.trim())) };
}

export interface Spot {
  readonly place: MapPlace;
  readonly name: string;
  readonly country: Country | undefined;
  readonly value: number;
  /** Degrees: east, north. */
  readonly at: readonly [number, number];
}

/** The middle of a country: that of its largest piece, for islands far away would pull it into the sea. */
export function middle(shape: Feature<Geometry>): [number, number] {
  const { geometry } = shape;
  if (geometry.type !== "MultiPolygon") return geoCentroid(shape);
  const pieces = geometry.coordinates.map((coordinates): Polygon => ({ type: "Polygon", coordinates }));
  const largest = pieces.reduce((a, b) => (geoArea(b) > geoArea(a) ? b : a));
  return geoCentroid(largest);
}

/** Places that can be drawn, the largest first, and those that cannot. */
export function locate(places: readonly MapPlace[], world: Atlas): { spots: Spot[]; unknown: MapPlace[] } {
  const spots: Spot[] = [];
  const unknown: MapPlace[] = [];
  for (const place of places) {
    const country = place.country ? world.find(place.country) : undefined;
    const value = place.value ?? place.items?.length ?? 0;
    const point = place.lat !== undefined && place.lon !== undefined ? ([place.lon, place.lat] as const) : null;
    const at = point ?? (country ? middle(country.shape) : null);
    // A place that has only its country's code for a name is called as the country is.
    const name = country && place.label === place.country ? country.name : place.label;
    if (at) spots.push({ place, name, country, value, at });
    else unknown.push(place);
  }
  return { spots: spots.sort((a, b) => b.value - a.value || a.name.localeCompare(b.name)), unknown };
}
