/** The world's countries from our own files: outlines of Natural Earth. */

import fine from "asset:world-atlas/countries-50m.json";
import coarse from "asset:world-atlas/countries-110m.json";
import { language } from "../../lib/words.js";
import { type Atlas, type Outlines, read } from "./countries.js";

async function load(place: string): Promise<Atlas> {
  const response = await fetch(new URL(place, import.meta.url));
  if (!response.ok) throw new Error(`${response.status}: ${place}`);
  return read((await response.json()) as Outlines, language());
}

/** The atlas that knows these countries: the small one, unless only the large one has them all. */
export async function atlas(wanted: readonly string[]): Promise<Atlas> {
  const small = await load(coarse);
  if (wanted.every((each) => small.find(each))) return small;
  const large = await load(fine);
  return wanted.some((each) => !small.find(each) && large.find(each)) ? large : small;
}
