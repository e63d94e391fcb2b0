/** The page of an article: phrases and facts light each other up, and keys go from phrase to phrase. */

import { all, announce, append, find, h } from "./lib/dom.js";
import { number, word } from "./lib/words.js";

/** A phrase that facts rest on; a text may hold it in several pieces. */
interface Phrase {
  readonly key: string;
  readonly pieces: HTMLElement[];
  readonly facts: HTMLElement[];
}

/** Where text and facts stand beside each other (styles/article.css). */
const wide = matchMedia("(min-width: 62rem)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function start(elements: HTMLElement[]): void {
  for (const each of elements) enhance(each);
}

/** Move a box so far that an element in it is seen; the page around it stays where it is. */
function reveal(box: HTMLElement, element: HTMLElement): void {
  const outer = box.getBoundingClientRect();
  const inner = element.getBoundingClientRect();
  if (inner.top >= outer.top && inner.bottom <= outer.bottom) return;
  const top = box.scrollTop + inner.top - outer.top - outer.height / 3;
  box.scrollTo({ top, behavior: calm.matches ? "auto" : "smooth" });
}

/** The element that a fragment such as `#char=4,8` leads to. */
function elementOf(fragment: string): Element | null {
  if (!fragment.startsWith("#")) return null;
  try {
    return document.getElementById(decodeURIComponent(fragment.slice(1)));
  } catch {
    // Somebody wrote a percent sign that encodes nothing: it leads nowhere.
    return null;
  }
}

function keysOf(element: HTMLElement): string[] {
  return (element.dataset.phrases ?? "").split(" ").filter(Boolean);
}

function readPhrases(text: HTMLElement, facts: HTMLElement): Phrase[] {
  const found = new Map<string, Phrase>();
  for (const piece of all("[data-phrase]", HTMLElement, text)) {
    const key = piece.dataset.phrase ?? "";
    const known = found.get(key) ?? { key, pieces: [], facts: [] };
    known.pieces.push(piece);
    found.set(key, known);
  }
  for (const fact of all(".fact", HTMLElement, facts)) {
    for (const key of keysOf(fact)) found.get(key)?.facts.push(fact);
  }
  return [...found.values()].sort((one, other) => Number(one.key) - Number(other.key));
}

function enhance(root: HTMLElement): void {
  const text = find(".text", HTMLElement, root);
  const side = find(".facts-side", HTMLElement, root);
  if (!text || !side) return;
  new Reading(root, text, side).begin();
}

class Reading {
  readonly #text: HTMLElement;
  readonly #side: HTMLElement;
  readonly #phrases: readonly Phrase[];
  readonly #byKey: ReadonlyMap<string, Phrase>;
  readonly #place = h("output", { class: "place" });
  readonly #sheet = h("div", { class: "sheet", role: "region", tabindex: -1, hidden: true });
  readonly #tools: HTMLElement;
  #lit: readonly Element[] = [];
  #pinned: Phrase | null = null;

  constructor(root: HTMLElement, text: HTMLElement, side: HTMLElement) {
    this.#text = text;
    this.#side = side;
    this.#phrases = readPhrases(text, side);
    this.#byKey = new Map(this.#phrases.map((each) => [each.key, each]));
    this.#tools = h(
      "div",
      { class: "phrase-tools", role: "group", "aria-label": word("article_tools") },
      this.#button("article_previous", "←", -1),
      this.#place,
      this.#button("article_next", "→", 1),
    );
    text.before(this.#tools);
    root.append(this.#sheet);
  }

  begin(): void {
    if (!this.#phrases.length) return;
    this.#text.addEventListener("pointerover", (event) => this.#overText(event));
    this.#text.addEventListener("focusin", (event) => this.#overText(event));
    this.#text.addEventListener("click", (event) => this.#clickedText(event));
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#side.addEventListener("pointerover", (event) => this.#overFacts(event));
    this.#side.addEventListener("focusin", (event) => this.#overFacts(event));
    this.#side.addEventListener("click", (event) => this.#clickedFacts(event));
    for (const each of [this.#text, this.#side]) {
      for (const left of ["pointerleave", "focusout"]) each.addEventListener(left, () => this.#rest());
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#release();
    });
    addEventListener("hashchange", () => this.#arrive());
    // One stop for the Tab key, the arrows from there: an article has a hundred phrases and more.
    for (const each of all(".phrase a", HTMLAnchorElement, this.#text)) each.tabIndex = -1;
    this.#stop(this.#phrases[0]);
    this.#show();
    this.#arrive();
  }

  #button(key: string, sign: string, step: number): HTMLButtonElement {
    const label = word(key);
    const click = () => this.#step(step);
    return h("button", { type: "button", class: "quiet", "aria-label": label, title: label, click }, sign);
  }

  #links(phrase: Phrase): HTMLAnchorElement[] {
    return phrase.pieces.flatMap((each) => all("a", HTMLAnchorElement, each));
  }

  /** Let the Tab key stop at a phrase, and at no other. */
  #stop(phrase: Phrase | undefined): void {
    const link = phrase && this.#links(phrase)[0];
    if (!link) return;
    for (const each of all('.phrase a[tabindex="0"]', HTMLAnchorElement, this.#text)) each.tabIndex = -1;
    link.tabIndex = 0;
  }

  #phraseAt(target: EventTarget | null): Phrase | undefined {
    const piece = target instanceof Element ? target.closest<HTMLElement>("[data-phrase]") : null;
    return piece && this.#text.contains(piece) ? this.#byKey.get(piece.dataset.phrase ?? "") : undefined;
  }

  #light(phrases: readonly Phrase[], facts: readonly HTMLElement[]): void {
    for (const each of this.#lit) each.classList.remove("lit");
    const blocks = facts.map((each) => each.closest(".block")).filter((each) => each !== null);
    this.#lit = [...phrases.flatMap((each) => each.pieces), ...facts, ...blocks];
    for (const each of this.#lit) each.classList.add("lit");
  }

  /** Nothing is pointed at: what was chosen is lit again. */
  #rest(): void {
    if (this.#pinned) this.#light([this.#pinned], this.#pinned.facts);
    else this.#light([], []);
  }

  #overText(event: Event): void {
    const phrase = this.#phraseAt(event.target);
    if (phrase) this.#light([phrase], phrase.facts);
    else this.#rest();
  }

  #overFacts(event: Event): void {
    const target = event.target instanceof Element ? event.target : null;
    const fact = target?.closest<HTMLElement>(".fact");
    const block = target?.closest<HTMLElement>(".block");
    const holder = fact ?? (target?.closest(".phrase-head") ? block : null);
    if (!holder) {
      this.#rest();
      return;
    }
    const phrases = keysOf(holder).flatMap((key) => this.#byKey.get(key) ?? []);
    this.#light(phrases, fact ? [fact] : (phrases[0]?.facts ?? []));
    const piece = phrases[0]?.pieces[0];
    if (piece && wide.matches) reveal(this.#text, piece);
  }

  #clickedText(event: MouseEvent): void {
    const phrase = this.#phraseAt(event.target);
    if (!phrase || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // Once more on the same words means the longer phrase around them.
    const around = phrase === this.#pinned ? this.#around(phrase) : undefined;
    this.#pin(around ?? phrase, true);
  }

  #around(phrase: Phrase): Phrase | undefined {
    return this.#phraseAt(phrase.pieces[0]?.parentElement ?? null);
  }

  #clickedFacts(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const phrase = this.#phraseAt(elementOf(link?.getAttribute("href") ?? ""));
    if (!phrase) return;
    event.preventDefault();
    this.#pin(phrase, false);
    this.#focus(phrase);
  }

  /** Choose a phrase: it stays lit, and the address leads to it. */
  #pin(phrase: Phrase, follow: boolean): void {
    this.#unpin();
    this.#pinned = phrase;
    for (const each of phrase.pieces) each.classList.add("pinned");
    this.#light([phrase], phrase.facts);
    this.#stop(phrase);
    this.#show();
    const anchor = phrase.pieces.find((each) => each.id)?.id;
    if (anchor) history.replaceState(history.state, "", `#${anchor}`);
    if (!follow) return;
    if (wide.matches) this.#toFacts(phrase);
    else this.#open(phrase);
  }

  #unpin(): void {
    for (const each of this.#pinned?.pieces ?? []) each.classList.remove("pinned");
    this.#pinned = null;
    this.#sheet.hidden = true;
  }

  #release(): void {
    const phrase = this.#pinned;
    if (!phrase) return;
    const inside = this.#sheet.contains(document.activeElement) || this.#side.contains(document.activeElement);
    this.#unpin();
    this.#rest();
    this.#show();
    if (inside) this.#focus(phrase);
  }

  #focus(phrase: Phrase): void {
    const link = this.#links(phrase)[0];
    const piece = phrase.pieces[0];
    link?.focus({ preventScroll: true });
    if (!piece) return;
    if (wide.matches) reveal(this.#text, piece);
    else piece.scrollIntoView({ block: "center" });
  }

  #toFacts(phrase: Phrase): void {
    const fact = phrase.facts[0];
    const place = fact?.closest<HTMLElement>(".block") ?? fact;
    if (!place) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }

  /** On a phone the facts come to the reader: copies of them, below the text. */
  #open(phrase: Phrase): void {
    const words = phrase.pieces.map((each) => each.textContent ?? "").join(" ");
    const title = word("article_facts_of", { words });
    const close = h("button", { type: "button", class: "quiet", click: () => this.#release() }, word("article_close"));
    this.#sheet.replaceChildren();
    this.#sheet.setAttribute("aria-label", title);
    append(this.#sheet, h("div", { class: "sheet-head" }, h("q", { lang: this.#text.lang }, words), close));
    const topics = new Set(phrase.facts.map((each) => each.closest(".topic") ?? each));
    for (const topic of topics) this.#sheet.append(copied(topic, phrase));
    this.#sheet.hidden = false;
    this.#sheet.scrollTop = 0;
    this.#sheet.focus({ preventScroll: true });
    phrase.pieces[0]?.scrollIntoView({ block: "start" });
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };
    const ends: Readonly<Record<string, number>> = { Home: 0, End: this.#phrases.length - 1 };
    const step = steps[event.key];
    const end = ends[event.key];
    if (step === undefined && end === undefined) return;
    event.preventDefault();
    const at = end ?? this.#index(this.#phraseAt(document.activeElement)) + (step ?? 0);
    this.#goTo(at);
  }

  #index(phrase: Phrase | null | undefined): number {
    return phrase ? this.#phrases.indexOf(phrase) : -1;
  }

  #step(step: number): void {
    const at = this.#index(this.#pinned);
    this.#goTo(at < 0 && step < 0 ? this.#phrases.length - 1 : at + step);
  }

  #goTo(at: number): void {
    const phrase = this.#phrases[(at + this.#phrases.length) % this.#phrases.length];
    if (!phrase) return;
    const inText = this.#text.contains(document.activeElement);
    this.#pin(phrase, false);
    const piece = phrase.pieces[0];
    if (inText) this.#focus(phrase);
    else if (piece && wide.matches) reveal(this.#text, piece);
    else piece?.scrollIntoView({ block: "center" });
    const first = phrase.facts[0]?.closest(".block");
    if (wide.matches && first) first.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
    if (!inText) announce(piece?.textContent ?? "");
  }

  #show(): void {
    const at = this.#index(this.#pinned) + 1;
    const total = number(this.#phrases.length);
    this.#place.textContent = word("article_place", { n: at ? number(at) : "–", total });
  }

  /** Somebody follows a link to a phrase, from this page or another. */
  #arrive(): void {
    const phrase = this.#phraseAt(elementOf(location.hash));
    if (!phrase) return;
    this.#pin(phrase, false);
    const piece = phrase.pieces[0];
    if (!wide.matches) piece?.scrollIntoView({ block: "center" });
    else if (piece) {
      reveal(this.#text, piece);
      phrase.facts[0]?.closest(".block")?.scrollIntoView({ block: "start" });
    }
  }
}

/** A copy of facts about one thing, of those that rest on a phrase alone; nothing in it can be led to. */
function copied(topic: Element, phrase: Phrase): Element {
  const copy = topic.cloneNode(true) as Element;
  for (const each of [copy, ...copy.querySelectorAll<HTMLElement>(".fact")]) {
    if (!(each instanceof HTMLElement) || !each.classList.contains("fact")) continue;
    if (keysOf(each).includes(phrase.key)) each.removeAttribute("id");
    else each.remove();
    each.classList.remove("lit");
  }
  for (const row of copy.querySelectorAll("dl > div")) if (!row.querySelector(".fact")) row.remove();
  return copy;
}
