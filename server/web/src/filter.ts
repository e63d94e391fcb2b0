/**
 * Shows of a list only the items that hold all the words that somebody types: `data-filter` names the list.
 *
 * Its items are its children, or what has `data-item`, which holds the words that count. `data-filter-words` is the
 * beginning of the keys of the words that say how many are shown.
 */

import { all, find } from "./lib/dom.js";
import { number, word } from "./lib/words.js";

/** Letters alone, without case or accents. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
}

/** Whether a text holds the beginning of a word for each of those asked for. */
export function matches(text: string, asked: string): boolean {
  const words = fold(text).split(/[^\p{L}\p{N}]+/u);
  return fold(asked)
    .split(/[^\p{L}\p{N}]+/u)
    .every((wanted) => words.some((each) => each.startsWith(wanted)));
}

function enable(element: HTMLElement): void {
  const list = document.getElementById(element.dataset.filter ?? "");
  const input = find("input", HTMLInputElement, element);
  const output = find("output", HTMLOutputElement, element);
  if (!list || !input || !output) return;
  const marked = all("[data-item]", HTMLElement, list);
  const items = marked.length ? marked : [...list.children].filter((each) => each instanceof HTMLElement);
  const key = element.dataset.filterWords ?? "query_list";
  const show = () => {
    let shown = 0;
    for (const item of items) {
      item.hidden = !matches(item.dataset.item ?? item.textContent ?? "", input.value);
      if (!item.hidden) shown += 1;
    }
    output.textContent = shown
      ? word(`${key}_shown`, { n: number(shown), total: number(items.length) })
      : word(`${key}_none`);
  };
  input.addEventListener("input", show);
  element.hidden = false;
  // A browser may bring back what was typed before.
  show();
}

export function start(elements: HTMLElement[]): void {
  for (const each of elements) enable(each);
}
