/** A field in which a thing of the graph is chosen by its name: an editable combobox with a list (ARIA APG). */

import { announce, h } from "../lib/dom.js";
import type { Prefixes } from "../lib/terms.js";
import { word } from "../lib/words.js";
import type { Entity, Search } from "./complete.js";
import type { Labels } from "./labels.js";
import { iriOf, nameOf } from "./vocabulary.js";

const TYPING_MILLISECONDS = 120;
const LEAST = 2;

let choosers = 0;

/** Let names be searched in a field that takes an IRI; what is chosen is written as a prefixed name. */
export function enableChooser(field: HTMLInputElement, search: Search, labels: Labels, prefixes: Prefixes): void {
  const id = `chooser-${++choosers}`;
  const list = h("ul", {
    id,
    role: "listbox",
    class: "query-choices",
    hidden: true,
    "aria-label": word("editor_completions"),
  });
  const named = h("p", { class: "help query-named", id: `${id}-name` });
  const frame = h("div", { class: "query-chooser" });
  field.replaceWith(frame);
  frame.append(field, list, named);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-describedby": named.id,
  }))
    field.setAttribute(name, value);

  let found: readonly Entity[] = [];
  let active = -1;
  let timer = 0;
  let serial = 0;

  const tell = async () => {
    const iri = iriOf(field.value.trim(), prefixes);
    named.textContent = "";
    named.lang = "";
    if (!iri) return;
    await labels.load([iri]);
    const label = labels.get(iri);
    if (iriOf(field.value.trim(), prefixes) !== iri || !label) return;
    named.textContent = label.text;
    if (label.lang) named.lang = label.lang;
  };
  const close = () => {
    clearTimeout(timer);
    serial++;
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const activate = (place: number) => {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = found.length ? (place + found.length) % found.length : -1;
    const option = list.children[active];
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  const choose = (entity: Entity) => {
    field.value = nameOf(entity.iri, prefixes);
    close();
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
    void tell();
  };
  const show = () => {
    list.replaceChildren(
      ...found.map((entity, at) =>
        h(
          "li",
          { role: "option", id: `${id}-${at}`, "aria-selected": "false", click: () => choose(entity) },
          h("span", { lang: entity.lang ?? null }, entity.label),
          h(
            "span",
            { class: "meta" },
            [entity.also, entity.kind, nameOf(entity.iri, prefixes)].filter(Boolean).join(" · "),
          ),
        ),
      ),
    );
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(found.length > 0));
    announce(found.length ? word("editor_found", { n: found.length }) : word("editor_found_none"));
  };
  const look = async () => {
    const mine = ++serial;
    const text = field.value.trim().replace(/^\w*:/, "").replaceAll("-", " ");
    if (text.length < LEAST) return close();
    const answer = await search(text);
    if (mine !== serial) return;
    found = answer;
    active = -1;
    show();
  };

  field.addEventListener("input", () => {
    named.textContent = "";
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), TYPING_MILLISECONDS);
  });
  field.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault();
      if (list.hidden) void look().then(() => activate(step > 0 ? 0 : -1));
      else activate(active < 0 && step < 0 ? -1 : active + step);
    } else if (event.key === "Enter" && !list.hidden && found[active]) {
      event.preventDefault();
      choose(found[active] as Entity);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  field.addEventListener("blur", () => {
    close();
    void tell();
  });
  // The field keeps the focus while the pointer is on its way to a choice.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  void tell();
}
