/** How a date looks: solid where it certainly was, hatched where it may have been, soft where it was about. */

import { s } from "../../lib/dom.js";
import type { Stretch, When } from "../edtf.js";
import { fills } from "../parts.js";
import { DAY } from "./window.js";

export const ROW = 30;
const MIDDLE = ROW / 2;
const HALF = 6;
/** How far the soft end of an approximate date reaches, in pixels, at least. */
const SOFT = 14;
/** What is narrower cannot be hatched, and is a ring. */
const NARROW = 12;
/** The least length of a bar with an open end, in pixels. */
const STUB = 60;

/** The place of a moment, in pixels. */
export type Place = (at: number) => number;

interface Pen {
  readonly place: Place;
  readonly room: number;
  /** Class names of what is planned. */
  readonly state: string;
}

/** Whether a stretch is longer than one day, so that the date is not known to the day. */
function vague({ from, to }: Stretch): boolean {
  return to - from > DAY * 1.5;
}

/** The marks of one date on a line of so many pixels. */
export function shapes(when: When, planned: boolean, place: Place, room: number): SVGElement[] {
  const pen: Pen = { place, room, state: planned ? " planned" : "" };
  return when.once && when.start ? single(when.start, when.about, pen) : range(when, pen);
}

function single(stretch: Stretch, about: boolean, { place, room, state }: Pen): SVGElement[] {
  const [left, right] = [place(stretch.from), place(stretch.to)];
  if (about) return unsure(left, right, { soft: Math.max(SOFT, (right - left) * 0.25), state, room });
  if (!vague(stretch))
    return [right - left < NARROW ? dot((left + right) / 2, state) : bar(left, right, `sure${state}`, room)];
  if (right - left < NARROW) return [dot((left + right) / 2, ` ring${state}`)];
  return unsure(left, right, { state, room });
}

function range({ start, end, about }: When, { place, room, state }: Pen): SVGElement[] {
  const found: SVGElement[] = [];
  const soft = about ? SOFT : 0;
  if (start && (vague(start) || about)) {
    found.push(...unsure(place(start.from), place(start.to), { soft, state, room, side: "left" }));
  }
  if (end && (vague(end) || about)) {
    found.push(...unsure(place(end.from), place(end.to), { soft, state, room, side: "right" }));
  }
  // It certainly lasted from the latest beginning to the earliest end.
  const from = start ? place(vague(start) ? start.to : start.from) : null;
  const to = end ? place(vague(end) ? end.from : end.to) : null;
  const left = from ?? Math.min(0, (to ?? 0) - STUB);
  const right = to ?? Math.max(room, (from ?? 0) + STUB);
  if (right > left) {
    found.push(bar(left, right, `sure${state}`, room));
    if (to === null) found.push(arrow(Math.min(right, room) - 2, 1));
    if (from === null) found.push(arrow(Math.max(left, 0) + 2, -1));
  }
  return found;
}

export function dot(x: number, kind: string): SVGElement {
  return s("circle", { class: `instant${kind}`, cx: x.toFixed(1), cy: MIDDLE, r: HALF });
}

export function arrow(x: number, side: 1 | -1): SVGElement {
  const back = x - side * 7;
  return s("path", {
    class: "arrow",
    d: `M${back} ${MIDDLE - HALF}L${x} ${MIDDLE}L${back} ${MIDDLE + HALF}`,
  });
}

/** A bar, cut a little outside of what is seen: browsers draw very wide ones badly. */
export function bar(left: number, right: number, kind: string, room: number): SVGElement {
  const x = Math.max(-20, left);
  const width = Math.max(3, Math.min(room + 20, right) - x);
  return s("rect", {
    class: `bar ${kind}`,
    x: x.toFixed(1),
    y: MIDDLE - HALF,
    width: width.toFixed(1),
    height: 2 * HALF,
    rx: 3,
  });
}

interface Unsure {
  readonly soft?: number;
  readonly state?: string;
  readonly room: number;
  /** The end that is uncertain; both where it is left out. */
  readonly side?: "left" | "right";
}

export function unsure(left: number, right: number, { soft = 0, state = "", room, side }: Unsure): SVGElement[] {
  const from = left - (side === "right" ? 0 : soft);
  const to = Math.max(right, left + 6) + (side === "left" ? 0 : soft);
  const hatched = bar(from, to, `maybe${state}`, room);
  if (!state) hatched.setAttribute("fill", fills.hatch);
  if (soft) {
    hatched.setAttribute("mask", side === "left" ? fills.softLeft : side === "right" ? fills.softRight : fills.soft);
    return [hatched];
  }
  // A tick at each end that is a bound; a soft end has none.
  const ends = side === "left" ? [left] : side === "right" ? [right] : [left, right];
  const ticks = ends.map((x) =>
    s("line", { class: `bound${state}`, x1: x.toFixed(1), x2: x.toFixed(1), y1: MIDDLE - HALF, y2: MIDDLE + HALF }),
  );
  return [hatched, ...ticks];
}
