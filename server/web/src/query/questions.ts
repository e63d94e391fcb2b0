/** The list of saved questions: found by words. */

import { find, h } from "../lib/dom.js";
import { word } from "../lib/words.js";

/** Put a field above the list that shows the questions with its words. */
export function enableFilter(): void {
  const list = find(".query-questions", HTMLUListElement);
  if (!list) return;
  const none = h("p", { class: "help", hidden: true, role: "status" }, word("editor_saved_none"));
  const field = h("input", {
    type: "search",
    placeholder: word("editor_saved_filter"),
    "aria-label": word("editor_saved_filter"),
    autocomplete: "off",
  });
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const item of list.children) {
      if (!(item instanceof HTMLElement)) continue;
      const text = item.textContent?.toLowerCase() ?? "";
      item.hidden = !wanted.every((each) => text.includes(each));
      any ||= !item.hidden;
    }
    none.hidden = any;
  });
  list.before(field, none);
  // Where it is long, the question that is open is brought into sight, and the page stays where it is.
  const current = find("[aria-current]", HTMLAnchorElement, list);
  if (current) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 3;
}
