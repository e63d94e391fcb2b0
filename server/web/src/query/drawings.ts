/** The views of an answer that are drawings: a chart, a map, a timeline, a graph, where the answer has what they need. */

import type { Answer } from "./ask.js";
import type { Setting } from "./cells.js";

export type Drawn = "chart" | "map" | "timeline" | "graph";

export interface Drawing {
  readonly view: Drawn;
  /** Draw into an element. */
  readonly draw: (host: HTMLElement) => void | Promise<void>;
}

/** The drawings that an answer permits. */
export async function drawingsOf(_answer: Answer, _setting: Setting): Promise<readonly Drawing[]> {
  return [];
}
