/** Parts that several views share: buttons, links, marks. */

import { type Child, h, s, safeHref } from "../lib/dom.js";
import { word } from "../lib/words.js";
import type { Named } from "./types.js";
import type { Zoomed } from "./zoom.js";

/** A text as a link, where it leads anywhere. */
export function link(named: Named): HTMLElement {
  const href = named.href ? safeHref(named.href) : null;
  const lang = named.lang ?? null;
  return href ? h("a", { href, lang }, named.label) : h("span", { lang }, named.label);
}

export function button(label: Child, listener: () => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "quiet", click: listener, ...attributes }, label);
}

/** Whether a figure stands beside other things of its page: then it shows, and what it shows leads to pages. */
export function isSmall(host: HTMLElement): boolean {
  return host.closest("figure.small") !== null;
}

/** Buttons to zoom and to see everything again. */
export function zoomButtons(zoom: Pick<Zoomed, "by">, whole: () => void): HTMLElement {
  const small = (text: string, name: string, listener: () => void) =>
    button(text, listener, { class: "quiet small", "aria-label": name, title: name });
  return h(
    "div",
    { class: "zoom", role: "group", "aria-label": word("figure_zoom") },
    small("+", word("figure_zoom_in"), () => zoom.by(1.5)),
    small("−", word("figure_zoom_out"), () => zoom.by(1 / 1.5)),
    button(word("figure_whole"), whole, { class: "quiet small" }),
  );
}

const SHAPES = 6;
/** So many marks are told apart by shape and filling, beside their colours; all others share one. */
export const MARKS = 2 * SHAPES;

/** The outline of a shape around the origin. */
function outline(shape: number, radius: number): string {
  const ring = (corners: number, turn: number, stretch: number) => {
    const points = Array.from({ length: corners }, (_, index) => {
      const angle = (2 * Math.PI * (index + turn)) / corners - Math.PI / 2;
      return `${(Math.cos(angle) * radius * stretch).toFixed(2)} ${(Math.sin(angle) * radius * stretch).toFixed(2)}`;
    });
    return `M${points.join("L")}Z`;
  };
  switch (shape) {
    case 1:
      return ring(4, 0.5, 1.25);
    case 2:
      return ring(4, 0, 1.35);
    case 3:
      return ring(3, 0, 1.4);
    case 4:
      return ring(6, 0, 1.15);
    case 5:
      return ring(3, 0.5, 1.4);
    default:
      return `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
  }
}

/** A mark by its number, from 1 on; zero is the small one of all that have no number. */
export function mark(number: number, radius: number): SVGPathElement {
  if (!number) return s("path", { class: "mark mark-0", d: outline(0, radius * 0.8) });
  const shape = (number - 1) % SHAPES;
  const hollow = number > SHAPES ? " hollow" : "";
  return s("path", { class: `mark mark-${shape + 1}${hollow}`, d: outline(shape, radius) });
}

/** A small mark for a legend. */
export function symbol(number: number): SVGSVGElement {
  return s(
    "svg",
    { class: "symbol", viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" },
    mark(number, 5.2),
  );
}

const HATCH = "figure-hatch";
const SOFT = "figure-soft";

/** How uncertain stretches are filled, by reference: hatched, and fading at both ends, or at one. */
export const fills = {
  hatch: `url(#${HATCH})`,
  soft: `url(#${SOFT})`,
  softLeft: `url(#${SOFT}-left)`,
  softRight: `url(#${SOFT}-right)`,
};

/** Put what `fills` refers to into the page, once. */
export function defineFills(): void {
  if (document.getElementById(HATCH)) return;
  const fade = (side: string, stops: readonly (readonly [number, number])[]) => [
    s(
      "linearGradient",
      { id: `${SOFT}-fade${side}` },
      ...stops.map(([offset, opacity]) => s("stop", { offset, "stop-color": "#fff", "stop-opacity": opacity })),
    ),
    s(
      "mask",
      { id: `${SOFT}${side}`, maskContentUnits: "objectBoundingBox" },
      s("rect", { width: 1, height: 1, fill: `url(#${SOFT}-fade${side})` }),
    ),
  ];
  const pattern = s(
    "pattern",
    { id: HATCH, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("rect", { class: "hatch-ground", width: 5, height: 5 }),
    s("rect", { class: "hatch-line", width: 2, height: 5 }),
  );
  const both = fade("", [
    [0, 0],
    [0.35, 1],
    [0.65, 1],
    [1, 0],
  ]);
  const left = fade("-left", [
    [0, 0],
    [1, 1],
  ]);
  const right = fade("-right", [
    [0, 1],
    [1, 0],
  ]);
  document.body.append(
    s(
      "svg",
      { class: "hidden", width: 1, height: 1, "aria-hidden": "true" },
      s("defs", {}, pattern, ...both, ...left, ...right),
    ),
  );
}
