/** Dates as far as they are known: the part of EDTF (ISO 8601-2) that news needs, as stretches of time and in words. */

import { word } from "../lib/words.js";
import type { TimelineItem } from "./types.js";

/** Milliseconds since 1970, the end not included; null is an open end. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface When {
  /** Between which moments it begins and ends; an event on one day has one stretch for both. */
  readonly start: Stretch | null;
  readonly end: Stretch | null;
  /** It happened once within the stretch, rather than lasting from start to end. */
  readonly once: boolean;
  /** About that time. */
  readonly about: boolean;
}

const DATE = /^(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2})(?:-(\d{2}))?)?([?~%]?)$/;
const DAY = 86_400_000;

interface Known {
  readonly stretch: Stretch;
  readonly about: boolean;
}

function utc(year: number, month: number, day: number): number {
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

/** The stretch that one date means; null when it is none. */
export function readDate(text: string): Known | null {
  const found = DATE.exec(text);
  if (!found) return null;
  const [, year = "", month, day, mark] = found;
  const first = Number(year.replaceAll("X", "0"));
  const last = Number(year.replaceAll("X", "9"));
  const about = mark === "~" || mark === "%" || mark === "?";
  if (!month) return { stretch: { from: utc(first, 0, 1), to: utc(last + 1, 0, 1) }, about };
  const index = Number(month) - 1;
  if (first !== last || index < 0 || index > 11) return null;
  if (!day) return { stretch: { from: utc(first, index, 1), to: utc(first, index + 1, 1) }, about };
  const from = utc(first, index, Number(day));
  if (new Date(from).getUTCMonth() !== index) return null;
  return { stretch: { from, to: from + DAY }, about };
}

function once(stretch: Stretch, about: boolean): When {
  return { start: stretch, end: stretch, once: true, about };
}

/** What a date or an interval in EDTF means; null when it cannot be read. */
export function readEdtf(text: string): When | null {
  const choice = /^\[(.+)\.\.(.+)\]$/.exec(text);
  if (choice) {
    const [first, last] = [readDate(choice[1] ?? ""), readDate(choice[2] ?? "")];
    if (!first || !last || last.stretch.to <= first.stretch.from) return null;
    return once({ from: first.stretch.from, to: last.stretch.to }, first.about || last.about);
  }
  const slash = text.indexOf("/");
  if (slash < 0) {
    const known = readDate(text);
    return known && once(known.stretch, known.about);
  }
  return interval(text.slice(0, slash), text.slice(slash + 1));
}

function interval(from: string, to: string): When | null {
  const open = (end: string) => end === ".." || end === "";
  const [start, end] = [open(from) ? null : readDate(from), open(to) ? null : readDate(to)];
  if ((!open(from) && !start) || (!open(to) && !end) || (!start && !end)) return null;
  if (start && end && end.stretch.to <= start.stretch.from) return null;
  return {
    start: start?.stretch ?? null,
    end: end?.stretch ?? null,
    once: false,
    about: Boolean(start?.about || end?.about),
  };
}

/** When an item of a timeline was; null when no date is known. */
export function whenOf(item: TimelineItem): When | null {
  const text = item.start && item.end ? `${item.start}/${item.end}` : item.start;
  const known = text ? readEdtf(text) : null;
  if (known) return known;
  const earliest = readDate(item.earliest ?? "");
  const latest = readDate(item.latest ?? "");
  if (earliest && latest) return once({ from: earliest.stretch.from, to: latest.stretch.to }, false);
  if (earliest || latest) {
    return { start: earliest?.stretch ?? null, end: latest?.stretch ?? null, once: false, about: false };
  }
  return null;
}

/** The date in the page's words, as pages/dates.py writes it; the text itself where it cannot be read. */
export function dateText(item: TimelineItem, language: string): string {
  if (item.start) return edtfText(item.end ? `${item.start}/${item.end}` : item.start, language);
  const { earliest = "", latest = "" } = item;
  if (earliest && latest && earliest !== latest) return edtfText(`[${earliest}..${latest}]`, language);
  return edtfText(earliest || latest, language);
}

function edtfText(text: string, language: string): string {
  const choice = /^\[(.+)\.\.(.+)\]$/.exec(text);
  const [from = "", to] = choice ? [choice[1], choice[2]] : text.split("/");
  if (to === undefined) return one(from, language);
  if (to === ".." || to === "") return word("figure_since", { when: one(from, language) });
  if (from === ".." || from === "") return word("figure_until", { when: one(to, language) });
  const [begins, ends] = [short(from, to, language), one(to, language)];
  if (choice) return word("figure_between", { from: begins, to: ends });
  return /^\d+$/.test(begins) ? `${begins}–${ends}` : `${begins} – ${ends}`;
}

function format(date: string, language: string): Intl.DateTimeFormat {
  const parts = date.split("-").length;
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    timeZone: "UTC",
    year: "numeric",
    ...(parts > 1 ? { month: "long" } : {}),
    ...(parts > 2 ? { day: "numeric" } : {}),
  });
}

/** The first of two dates without what the second says again. */
function short(from: string, to: string, language: string): string {
  const [first, last] = [from, to].map((each) => /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(each));
  const known = readDate(from);
  if (!first || !last || !known || first[1] !== last[1] || !first[3] !== !last[3]) return one(from, language);
  if (first[2] === last[2]) return first[3] ? String(Number(first[3])) : one(from, language);
  const locale = language === "en" ? "en-GB" : language;
  const day = first[3] ? { day: "numeric" as const } : {};
  return new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "long", ...day }).format(known.stretch.from);
}

function one(date: string, language: string): string {
  const known = readDate(date);
  if (!known) return date;
  const bare = date.replace(/[?~%]$/, "");
  const decade = /^(\d{3})X$/.exec(bare);
  const century = /^(\d{2})XX$/.exec(bare);
  const text = decade
    ? word("figure_decade", { year: `${decade[1]}0` })
    : century
      ? word("figure_between", { from: `${century[1]}00`, to: `${century[1]}99` })
      : format(bare, language).format(known.stretch.from);
  const about = /[~%]$/.test(date) ? word("figure_about", { when: text }) : text;
  return /[?%]$/.test(date) ? word("figure_uncertain", { when: about }) : about;
}
