/** The text with its proposals in place. Positions are code points, which JavaScript does not count: so it is split. */

import { h } from "../lib/dom.js";
import { word } from "../lib/words.js";
import type { View } from "./types.js";

interface Place {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly className: string;
}

function placesOf(view: View, current: string): Place[] {
  const places: Place[] = [];
  for (const fact of view.facts) {
    for (const [start, end] of fact.spans) places.push({ id: "", start, end, className: "done" });
  }
  for (const each of view.proposals) {
    if (each.written && each.id !== current) continue;
    const long = each.end - each.start > 120 ? " long" : "";
    const here = each.id === current ? " current" : "";
    places.push({ id: each.id, start: each.start, end: each.end, className: `open${long}${here}` });
  }
  return places;
}

/** Draw a stretch of the text, cut wherever a phrase begins or ends. */
function pieces(characters: readonly string[], start: number, end: number, places: readonly Place[]): HTMLElement[] {
  const inside = places.filter((each) => each.start < end && start < each.end);
  const cuts = new Set([start, end]);
  for (const each of inside) for (const cut of [each.start, each.end]) if (cut > start && cut < end) cuts.add(cut);
  const order = [...cuts].sort((one, other) => one - other);
  return order.slice(0, -1).map((from, at) => {
    const to = order[at + 1] ?? end;
    const over = inside.filter((each) => each.start <= from && to <= each.end);
    const shortest = over
      .filter((each) => each.id)
      .sort((one, other) => one.end - one.start - (other.end - other.start))[0];
    const names = [...new Set(over.flatMap((each) => each.className.split(" ")))].join(" ");
    return h(
      "span",
      { class: names || null, "data-id": shortest?.id ?? null, "data-at": from },
      characters.slice(from, to).join(""),
    );
  });
}

export function drawText(host: HTMLElement, view: View, current: string): void {
  const characters = [...view.text];
  const places = placesOf(view, current);
  const paragraphs: HTMLElement[] = [];
  let paragraph = h("p");
  view.sentences.forEach((sentence, at) => {
    const next = view.sentences[at + 1];
    const label = word("review_sentence", { n: at + 1 });
    const number = h(
      "span",
      {
        class: sentence.bare ? "number bare" : "number",
        title: sentence.bare ? `${label}: ${word("review_bare")}` : label,
      },
      String(at + 1),
      sentence.bare && h("span", { class: "hidden" }, ` (${word("review_bare")})`),
    );
    const body = h("span", { class: sentence.bare ? "sentence bare" : "sentence" });
    body.append(...pieces(characters, sentence.start, sentence.end, places));
    paragraph.append(number, body, " ");
    const between = characters.slice(sentence.end, next?.start ?? characters.length).join("");
    if (!next || between.includes("\n")) {
      paragraphs.push(paragraph);
      paragraph = h("p");
    }
  });
  host.replaceChildren(...paragraphs);
}

/** The words that are selected in the text, and where they begin; null where none are. */
export function selected(host: HTMLElement): { words: string; start: number } | null {
  const selection = getSelection();
  const words = selection?.toString().trim() ?? "";
  if (!selection?.rangeCount || !words || !host.contains(selection.anchorNode)) return null;
  const range = selection.getRangeAt(0);
  const piece = (range.startContainer.parentElement ?? host).closest<HTMLElement>("[data-at]");
  const before = range.startContainer.textContent?.slice(0, range.startOffset) ?? "";
  return { words, start: Number(piece?.dataset.at ?? 0) + [...before].length };
}
