/** What the marks of a timeline mean, of those that there are. */

import { h, s } from "../../lib/dom.js";
import { word } from "../../lib/words.js";
import type { When } from "../edtf.js";
import { arrow, bar, dot, ROW, unsure } from "./shapes.js";
import { DAY } from "./window.js";

const WIDTH = 40;

interface Seen {
  readonly when: When;
  readonly planned: boolean;
}

function exact({ once, about, start, end }: When): boolean {
  return once && !about && start !== null && end !== null && start.to - start.from <= DAY * 1.5;
}

const KINDS: readonly (readonly [string, (seen: Seen) => boolean, () => SVGElement[]])[] = [
  ["day", ({ when, planned }) => exact(when) && !planned, () => [dot(WIDTH / 2, "")]],
  ["range", ({ when }) => !when.once, () => [bar(2, WIDTH - 2, "sure", WIDTH)]],
  [
    "open",
    ({ when }) => !when.once && (!when.start || !when.end),
    () => [bar(2, WIDTH - 2, "sure", WIDTH), arrow(WIDTH - 3, 1)],
  ],
  [
    "within",
    ({ when }) => when.once && !when.about && !exact(when),
    () => [dot(7, " ring"), ...unsure(18, WIDTH - 2, { room: WIDTH })],
  ],
  ["about", ({ when }) => when.about, () => unsure(14, WIDTH - 14, { soft: 14, room: WIDTH })],
  ["planned", ({ planned }) => planned, () => [bar(2, WIDTH - 2, "sure planned", WIDTH)]],
];

export function legend(seen: readonly Seen[]): HTMLElement {
  const entries = KINDS.filter(([, is]) => seen.some(is)).map(([kind, , draw]) =>
    h(
      "li",
      {},
      s("svg", { class: "plot", width: WIDTH, height: ROW, "aria-hidden": "true" }, ...draw()),
      word(`figure_legend_${kind}`),
    ),
  );
  return h("ul", { class: "plain legend" }, ...entries);
}
