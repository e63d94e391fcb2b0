/** Every page: the switch of themes, and what else the page has marks for. */

import { all, find } from "./lib/dom.js";
import { word } from "./lib/words.js";

type Theme = "light" | "dark";

const html = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function systemTheme(): Theme {
  return system.matches ? "dark" : "light";
}

function theme(): Theme {
  const chosen = html.dataset.theme;
  return chosen === "dark" || chosen === "light" ? chosen : systemTheme();
}

function remember(chosen: Theme | null): void {
  try {
    if (chosen) localStorage.setItem("theme", chosen);
    else localStorage.removeItem("theme");
  } catch {
    // Storage is forbidden here: the choice holds for this page.
  }
}

/** Choose a theme; the one that the system has anyway is followed, not fixed. */
function choose(chosen: Theme): void {
  const fixed = chosen === systemTheme() ? null : chosen;
  if (fixed) html.dataset.theme = fixed;
  else delete html.dataset.theme;
  remember(fixed);
}

function enableSwitch(): void {
  const button = find("button.theme", HTMLButtonElement);
  if (!button) return;
  const show = () => button.setAttribute("aria-pressed", String(theme() === "dark"));
  button.addEventListener("click", () => {
    choose(theme() === "dark" ? "light" : "dark");
    show();
  });
  system.addEventListener("change", show);
  show();
}

interface Part {
  readonly start: (elements: HTMLElement[]) => void | Promise<void>;
}

/** Load what the page has marks for; without it the page reads as the server wrote it. */
async function enhance(): Promise<void> {
  const parts: readonly [string, () => Promise<Part>][] = [
    ["[data-search]", () => import("./search.js")],
    ["[data-evidence]", () => import("./evidence.js")],
    ["[data-view]", () => import("./views/index.js")],
    ["[data-article]", () => import("./article.js")],
    ["[data-filter]", () => import("./filter.js")],
  ];
  const starting = parts.map(async ([mark, load]) => {
    const elements = all(mark, HTMLElement);
    if (elements.length) await (await load()).start(elements);
  });
  for (const result of await Promise.allSettled(starting)) {
    if (result.status === "rejected") console.error(word("script_failed"), result.reason);
  }
  // Whoever tests a page, or takes its picture, waits for this.
  html.dataset.ready = "";
}

enableSwitch();
enhance();
