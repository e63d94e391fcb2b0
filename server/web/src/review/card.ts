/** The card of one proposal: the lines that would be written, each to be chosen, corrected, or left out. */

import { h } from "../lib/dom.js";
import { word } from "../lib/words.js";
import type { Named, Proposal, View, Work, WorkDraft, WorkFact, WorkValue } from "./types.js";

/** What can be linked: the thing that facts are about, or a value that refers to something. */
export type Slot =
  | { readonly kind: "block"; readonly draft: WorkDraft }
  | { readonly kind: "value"; readonly value: WorkValue; readonly draft: WorkDraft };

export interface CardActions {
  readonly link: (slot: Slot) => void;
  readonly changed: () => void;
}

export interface Known {
  readonly view: View;
  readonly labels: ReadonlyMap<string, Named>;
}

/** What is still to be said before a work can be written, in the order of the card. */
export function openSlots(work: Work): Slot[] {
  const found: Slot[] = [];
  for (const draft of work.drafts) {
    const chosen = draft.facts.filter((fact) => fact.use);
    if (!draft.block && chosen.length) found.push({ kind: "block", draft });
    for (const fact of chosen) {
      for (const value of [fact.value, ...Object.values(fact.settings)]) {
        if (value && !value.text && (value.refers || value.words.length)) found.push({ kind: "value", value, draft });
      }
    }
  }
  return found;
}

const slots = new WeakMap<Element, Slot>();

/** The slot of the button that has the focus. */
export function slotAt(element: Element | null): Slot | undefined {
  return element ? slots.get(element) : undefined;
}

/** Put the focus on the button of a slot; false where it has none. */
export function focusSlot(host: HTMLElement, slot: Slot): boolean {
  for (const each of host.querySelectorAll<HTMLElement>("[data-slot]")) {
    const found = slots.get(each);
    const same =
      found?.kind === slot.kind &&
      (slot.kind === "block" ? found.draft === slot.draft : found.kind === "value" && found.value === slot.value);
    if (same) {
      each.focus();
      return true;
    }
  }
  return false;
}

function slotButton(
  slot: Slot,
  text: string,
  said: string,
  what: string,
  known: Known,
  actions: CardActions,
): HTMLElement {
  const label = known.labels.get(text);
  const first = /^<(\d)>$/.exec(text);
  const shown = first
    ? word("review_block_first", { n: first[1] ?? "" })
    : (label?.label ?? text) || word("review_say");
  const button = h(
    "button",
    {
      type: "button",
      class: text ? "slot" : "slot empty",
      "data-slot": true,
      "aria-label": `${what}: ${shown}`,
      click: () => actions.link(slot),
    },
    h("span", {}, shown),
    text && label && h("code", {}, text),
    !text && said && h("span", { class: "said-so" }, word("review_said", { text: said })),
  );
  slots.set(button, slot);
  return button;
}

function valueField(
  fact: WorkFact,
  name: string,
  value: WorkValue,
  draft: WorkDraft,
  known: Known,
  actions: CardActions,
): HTMLElement {
  const what = name || fact.relation || word("review_value");
  if (value.words.length) {
    const select = h("select", { "aria-label": what, change: () => { value.text = select.value; actions.changed(); } },
      !value.text && h("option", { value: "" }, word("review_say")),
      ...value.words.map((each) => h("option", { value: each }, each)),
    ); // biome-ignore format: one field
    select.value = value.text;
    return select;
  }
  if (value.refers) return slotButton({ kind: "value", value, draft }, value.text, value.said, what, known, actions);
  const input = h("input", {
    "aria-label": `${what}: ${word("review_value")}`,
    value: value.text,
    autocomplete: "off",
    spellcheck: "false",
    size: Math.max(8, value.text.length + 1),
  });
  input.addEventListener("input", () => {
    value.text = input.value.trim();
    actions.changed();
  });
  return input;
}

/** The relation can be corrected; its value is then typed, since nothing is known of what it takes. */
function relationField(
  fact: WorkFact,
  list: string,
  known: Known,
  draft: WorkDraft,
  actions: CardActions,
): HTMLElement {
  const input = h("input", {
    class: "relation",
    "aria-label": word("review_relation"),
    value: fact.relation,
    list,
    autocomplete: "off",
    spellcheck: "false",
    size: Math.max(6, fact.relation.length + 1),
  });
  input.addEventListener("change", () => {
    fact.relation = input.value.trim();
    const keys = draft.kinds.flatMap((kind) => known.view.kinds[kind] ?? []);
    const words = keys.some((each) => each.key === fact.relation && each.words);
    if (words) fact.value = null;
    else if (!fact.value) fact.value = { text: "", said: "", refers: false, kinds: [], words: [] };
    actions.changed();
  });
  return input;
}

function quotes(fact: WorkFact, language: string): HTMLElement {
  const group = h("div", { class: "quotes" });
  for (const each of fact.quotes) {
    const rows = Math.min(4, Math.ceil(each.words.length / 48));
    const field = h("textarea", {
      "aria-label": word("review_words"),
      lang: language || null,
      rows: Math.max(1, rows),
      spellcheck: "false",
    });
    field.value = each.words;
    field.addEventListener("input", () => {
      each.words = field.value;
    });
    group.append(field);
  }
  return group;
}

function more(fact: WorkFact): HTMLElement {
  const certainty = h(
    "select",
    {},
    ...["stated", "inferred", "ambiguous"].map((each) => h("option", { value: each }, word(`review_${each}`))),
  );
  certainty.value = fact.certainty;
  certainty.addEventListener("change", () => {
    fact.certainty = certainty.value;
  });
  const note = h("input", { value: fact.note, autocomplete: "off" });
  note.addEventListener("input", () => {
    fact.note = note.value;
  });
  const isOpen = fact.certainty !== "stated" || fact.note !== "";
  return h(
    "details",
    { class: "more", open: isOpen },
    h("summary", {}, word("review_more")),
    h("label", {}, h("span", {}, word("review_certainty")), certainty),
    h("label", {}, h("span", {}, word("review_note")), note),
  );
}

function line(fact: WorkFact, draft: WorkDraft, list: string, known: Known, actions: CardActions): HTMLElement {
  const use = h("input", { type: "checkbox", "aria-label": `${word("review_use")}: ${fact.relation}` });
  use.checked = fact.use;
  const item = h("li", { class: fact.use ? null : "out" });
  use.addEventListener("change", () => {
    fact.use = use.checked;
    item.classList.toggle("out", !fact.use);
  });
  const parts = h("div", { class: "key" }, relationField(fact, list, known, draft, actions));
  if (fact.value) parts.append(valueField(fact, "", fact.value, draft, known, actions));
  for (const [name, value] of Object.entries(fact.settings)) {
    parts.append(
      h(
        "span",
        { class: "setting" },
        h("span", { class: "name" }, name),
        valueField(fact, name, value, draft, known, actions),
      ),
    );
  }
  item.append(use, h("div", { class: "line" }, parts, quotes(fact, known.view.language), more(fact)));
  return item;
}

function block(draft: WorkDraft, at: number, work: Work, known: Known, actions: CardActions): HTMLElement {
  const list = `keys-${at}`;
  const fresh = work.entities.find((each) => each.id === draft.block);
  const kind = fresh?.kind ?? known.labels.get(draft.block)?.kind;
  const kinds = kind ? [kind] : draft.kinds;
  const keys = [...new Set(kinds.flatMap((each) => (known.view.kinds[each] ?? []).map(({ key }) => key)))].sort();
  const about = draft.own
    ? h("input", {
        "aria-label": word("review_about"),
        value: draft.block,
        autocomplete: "off",
        spellcheck: "false",
        size: Math.max(12, draft.block.length + 1),
      })
    : slotButton(
        { kind: "block", draft },
        draft.block,
        draft.block ? "" : draft.called,
        word("review_about"),
        known,
        actions,
      );
  if (about instanceof HTMLInputElement) {
    about.addEventListener("input", () => {
      draft.block = about.value.trim();
    });
  }
  const head = h(
    "p",
    { class: "about" },
    h("span", { class: "name" }, work.drafts.length > 1 ? `${word("review_about")} ${at + 1}` : word("review_about")),
    about,
    (draft.own || kind) && h("span", { class: "tag evidence" }, draft.own || (kind ?? "")),
  );
  const options = h("datalist", { id: list }, ...keys.map((key) => h("option", { value: key })));
  return h(
    "section",
    { class: "block-draft" },
    head,
    h("ul", {}, ...draft.facts.map((fact) => line(fact, draft, list, known, actions))),
    options,
  );
}

/** The head and the lines of a proposal; `proposal` is null for a fact of one's own. */
export function drawCard(proposal: Proposal | null, work: Work, known: Known, actions: CardActions): HTMLElement[] {
  const kind = proposal?.kind ?? "own";
  const exact = proposal?.exact ?? work.drafts[0]?.facts[0]?.quotes[0]?.words ?? "";
  const shown = exact.length > 160 ? `${exact.slice(0, 80)} … ${exact.slice(-60)}` : exact;
  const flags = Array.isArray(proposal?.value.flags) ? proposal.value.flags.map(String) : [];
  const head = h(
    "header",
    {},
    h("p", { class: "what" },
      h("span", { class: `tag kind-${kind}` }, word(`review_kind_${kind}`)),
      proposal?.written && h("span", { class: "tag written" }, word("review_written")),
      ...flags.map((each) => h("span", { class: "tag conflict" }, each)),
      proposal && h("span", { class: "rule" }, word("review_score", { score: proposal.score.toFixed(2), rule: proposal.rule })),
    ),
    h("h2", { id: "card-title", tabindex: -1, lang: known.view.language || null }, h("q", {}, shown)),
  ); // biome-ignore format: one heading
  if (!work.drafts.length) return [head, h("p", { class: "help" }, word("review_no_draft"))];
  return [head, ...work.drafts.map((draft, at) => block(draft, at, work, known, actions))];
}
