/** What opens over the page: the search for an entity, a new one, the merge, the keys, a conflict. */

import { find, h } from "../lib/dom.js";
import { word } from "../lib/words.js";
import type { Named, NewEntity, Proposal, View } from "./types.js";

export interface Wanted {
  /** What the text calls it. */
  readonly called: string;
  readonly kinds: readonly string[];
}

/** Open a dialog; its promise is kept when it closes. Focus goes back to where it was, which the browser sees to. */
function open(title: string, ...content: (Node | string)[]): { box: HTMLDialogElement; closed: Promise<void> } {
  const id = "review-dialog";
  const close = h(
    "button",
    { type: "button", class: "quiet close", "aria-label": word("review_close"), click: () => box.close() },
    "×",
  );
  const box = h(
    "dialog",
    { class: "review-dialog", "aria-labelledby": id },
    h("header", {}, h("h2", { id }, title), close),
    ...content,
  );
  document.body.append(box);
  const closed = new Promise<void>((done) => {
    box.addEventListener("close", () => {
      box.remove();
      done();
    });
  });
  box.showModal();
  return { box, closed };
}

/** An id made of a name: lower-case ASCII letters and digits in words joined by hyphens. */
export function slugOf(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();
  return (plain.match(/[a-z0-9]+/g) ?? []).join("-").slice(0, 60).replace(/-$/, "");
}

function row(each: Named, at: number, choose: () => void): HTMLElement {
  const others = each.names.filter((name) => name !== each.label);
  return h(
    "li",
    { role: "option", id: `option-${at}`, "aria-selected": at === 0 ? "true" : "false", click: choose },
    h("strong", {}, each.label),
    h("span", { class: "tag evidence" }, each.kind),
    h("code", {}, each.id),
    others.length > 0 && h("span", { class: "names" }, others.join(" · ")),
  );
}

/** A list that the keys of its field go through; `look` finds what it shows. */
function chooser(
  look: (text: string) => Promise<readonly Named[]>,
  chosen: (each: Named) => void,
  text: string,
): HTMLElement {
  const list = h("ul", { role: "listbox", id: "review-found", "aria-label": word("review_search") });
  const status = h("p", { class: "none", role: "status" });
  const field = h("input", {
    type: "text", enterkeyhint: "search", role: "combobox", "aria-label": word("review_search"), "aria-expanded": "true",
    "aria-controls": "review-found", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", value: text, autofocus: true,
  }); // biome-ignore format: one field
  let shown: readonly Named[] = [];
  let at = 0;
  let asked = 0;
  const mark = () => {
    [...list.children].forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === at));
      if (place === at) each.scrollIntoView({ block: "nearest" });
    });
    if (shown.length) field.setAttribute("aria-activedescendant", `option-${at}`);
    else field.removeAttribute("aria-activedescendant");
  };
  const update = async () => {
    const mine = ++asked;
    const found = await look(field.value);
    if (mine !== asked) return;
    shown = found;
    at = 0;
    list.replaceChildren(...shown.map((each, place) => row(each, place, () => chosen(each))));
    list.hidden = !shown.length;
    status.textContent = shown.length ? "" : word("review_nothing");
    mark();
  };
  let latest = Promise.resolve();
  const renew = () => {
    latest = update();
  };
  field.addEventListener("input", renew);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), Math.max(shown.length - 1, 0));
      mark();
    } else if (event.key === "Enter") {
      // What was found for an earlier text is not what is meant.
      void latest.then(() => {
        const each = shown[at];
        if (each) chosen(each);
      });
    } else return;
    event.preventDefault();
  });
  renew();
  return h("div", { class: "chooser" }, field, list, status);
}

/** Ask for an entity; null where none was chosen, "new" where a new one is wanted. */
export async function chooseEntity(
  wanted: Wanted,
  look: (text: string) => Promise<readonly Named[]>,
): Promise<Named | "new" | null> {
  let answer: Named | "new" | null = null;
  const end = (given: Named | "new") => {
    answer = given;
    box.close();
  };
  const make = h("button", { type: "button", class: "quiet", click: () => end("new") }, word("review_make"));
  const { box, closed } = open(
    word("review_search_title", { what: wanted.called }),
    chooser(look, end, wanted.called),
    h("p", { class: "actions" }, make),
  );
  await closed;
  return answer;
}

/** Ask for one of the proposals that name a thing of such a kind. */
export async function chooseMerge(current: Proposal, others: readonly Proposal[]): Promise<Proposal | null> {
  let answer: Proposal | null = null;
  const title = word("review_merge_title", { what: current.exact });
  const asNamed = (each: Proposal): Named => ({
    id: each.drafts[0]?.block || each.rule,
    kind: word(`review_kind_${each.kind}`),
    label: each.drafts[0]?.called ?? each.exact,
    names: [],
  });
  const rows = others.map((each) => [asNamed(each), each] as const);
  const look = async (text: string) =>
    rows.map(([named]) => named).filter((each) => each.label.toLowerCase().includes(text.toLowerCase()));
  const content = others.length
    ? chooser(look, (named) => {
        answer = rows.find(([each]) => each === named)?.[1] ?? null;
        box.close();
      }, "") // biome-ignore format: one call
    : h("p", {}, word("review_merge_none"));
  const { box, closed } = open(title, content);
  await closed;
  return answer;
}

/** Ask for what a new entity needs. */
export async function makeEntity(wanted: Wanted, view: View): Promise<NewEntity | null> {
  let answer: NewEntity | null = null;
  const field = (name: string, value: string, more: Record<string, string | boolean> = {}) =>
    h(
      "label",
      {},
      h("span", {}, word(`review_${name}`)),
      h("input", { name, value, autocomplete: "off", required: true, ...more }),
    );
  const kinds = wanted.kinds.length ? wanted.kinds : Object.keys(view.kinds);
  const form = h(
    "form",
    { class: "entity-form" },
    field("id", slugOf(wanted.called), { pattern: "[a-z0-9]+(-[a-z0-9]+)*", spellcheck: "false", autofocus: true }),
    h(
      "label",
      {},
      h("span", {}, word("review_kind")),
      h("select", { name: "kind" }, ...kinds.map((kind) => h("option", { value: kind }, kind))),
    ),
    field("label_en", wanted.called),
    field("label_id", wanted.called),
    h("p", { class: "actions" }, h("button", { type: "submit" }, word("review_create"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    answer = { id: text("id"), kind: text("kind"), labels: { en: text("label_en"), id: text("label_id") } };
    box.close();
  });
  const { box, closed } = open(word("review_new_title", { what: wanted.called }), form);
  await closed;
  return answer;
}

/** Show the keys, and let them be switched off (WCAG 2.1.4). */
export async function showKeys(keys: readonly (readonly [string, string])[], on: boolean): Promise<boolean> {
  const box = h("input", { type: "checkbox", id: "keys-on", autofocus: true });
  box.checked = on;
  const list = h("dl", { class: "keys" });
  for (const [key, label] of keys) list.append(h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, label)));
  const { closed } = open(
    word("review_help"),
    h("p", {}, word("review_keys_help")),
    list,
    h("p", {}, h("label", {}, box, " ", word("review_keys_on"))),
  );
  await closed;
  return box.checked;
}

/** Show what somebody else changed. */
export async function showConflict(difference: string): Promise<void> {
  const lines = difference.split("\n").map((line) => {
    const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : null;
    return h("span", { class: kind }, `${line}\n`);
  });
  const go = h(
    "button",
    { type: "button", autofocus: true, click: () => find("dialog", HTMLDialogElement)?.close() },
    word("review_reload"),
  );
  const shown = h(
    "pre",
    { class: "difference", tabindex: 0, role: "region", "aria-label": word("review_conflict") },
    ...lines,
  );
  const { closed } = open(
    word("review_conflict"),
    h("p", {}, word("review_conflict_help")),
    shown,
    h("p", { class: "actions" }, go),
  );
  await closed;
}
