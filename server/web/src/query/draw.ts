/** Draws an answer by the scripts of the views, with the names of what is in it. */

import { h } from "../lib/dom.js";
import { number, word } from "../lib/words.js";
import { drawInto } from "../views/index.js";
import { fromResults } from "../views/results.js";
import type { View } from "../views/types.js";
import type { Answer } from "./ask.js";
import type { Setting } from "./cells.js";
import { bindingsOf, MOST_ROWS, withNames } from "./drawings.js";
import { irisIn, type Labels } from "./labels.js";

/** Draw an answer into an element; returns what ends the drawing. */
export async function draw(
  host: HTMLElement,
  answer: Answer,
  view: View,
  setting: Setting,
  labels: Labels,
): Promise<() => void> {
  const bindings = bindingsOf(answer);
  await labels.load(irisIn(bindings.rows.flatMap((row) => Object.values(row))), MOST_ROWS);
  const data = fromResults(withNames(bindings, setting), view, setting);
  if (!data || Object.values(data).every((parts: readonly unknown[]) => !parts.length)) {
    host.append(h("p", { class: "help" }, word("figure_none")));
    return () => {};
  }
  if (answer.rows.length > MOST_ROWS)
    host.append(h("p", { class: "banner" }, word("editor_view_cut", { n: number(MOST_ROWS) })));
  const drawing = h("div", { class: "drawing" });
  host.append(h("figure", { class: "figure drawn", "aria-label": word(`editor_view_${view}`) }, drawing));
  return drawInto(drawing, view, data);
}
