/** Draws the figures of a page, each by the script of its view. */

import { find, h, readData } from "../lib/dom.js";
import type { View, Views } from "./types.js";

type Drawer = (host: HTMLElement, data: never) => () => void;

const loaders: Readonly<Record<View, () => Promise<{ draw: Drawer }>>> = {
  graph: () => import("./graph.js"),
  timeline: () => import("./timeline.js"),
  map: () => import("./map.js"),
  chart: () => import("./chart.js"),
};

function isView(name: string | undefined): name is View {
  return name !== undefined && Object.hasOwn(loaders, name);
}

/** Draw data of a view into an element; returns what ends it. */
export async function drawInto<V extends View>(host: HTMLElement, view: V, data: Views[V]): Promise<() => void> {
  const { draw } = await loaders[view]();
  return draw(host, data as never);
}

async function enhance(figure: HTMLElement): Promise<void> {
  const view = figure.dataset.view;
  const data = readData("script.data", figure);
  if (!isView(view) || !data) return;
  const host = h("div", { class: "drawing" });
  figure.querySelector("script.data")?.after(host);
  // The server wrote the data in the shape of its view (pages/figures.py).
  await drawInto(host, view, data as Views[typeof view]);
  figure.classList.add("drawn");
  find("details.figure-details", HTMLDetailsElement, figure)?.removeAttribute("open");
}

export function start(figures: readonly HTMLElement[]): void {
  for (const figure of figures) void enhance(figure);
}
