/** The parameters of a saved query as a form: it changes their line in the query, and asks. */

import { all, find, h } from "../lib/dom.js";
import { word } from "../lib/words.js";
import { enableChooser } from "./chooser.js";
import type { Search } from "./complete.js";
import type { Config } from "./config.js";
import type { Labels } from "./labels.js";
import { fill, hasBlock, termFor } from "./parameters.js";

/** Enhance the form, if the page has one. Returns what is to be called when the query has changed. */
export function enableForm(
  editor: { text: string },
  run: () => void,
  { parameters, prefixes }: Config,
  search: Search,
  labels: Labels,
): () => void {
  const form = find("form.parameters", HTMLFormElement);
  if (!form || !parameters.length) return () => {};
  const fields = new Map(all("input[data-type]", HTMLInputElement, form).map((each) => [each.name, each]));
  const gone = h("p", { class: "help", role: "status", hidden: true }, word("editor_parameters_gone"));
  form.append(gone);
  for (const each of fields.values()) if (each.dataset.type === "iri") enableChooser(each, search, labels, prefixes);
  const button = find("button", HTMLButtonElement, form);
  form.addEventListener("input", () => {
    for (const each of fields.values()) each.setCustomValidity("");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const each of parameters) {
      const field = fields.get(each.name);
      if (!field || termFor(each, field.value, prefixes, prefixes) !== null) continue;
      field.setCustomValidity(
        `${word("editor_parameter_bad", { value: field.value })} ${word(`editor_type_${each.type}`)}`,
      );
      field.reportValidity();
      return;
    }
    const values = Object.fromEntries([...fields].map(([name, { value }]) => [name, value]));
    const text = fill(editor.text, parameters, values, prefixes);
    if (text === null) return;
    editor.text = text;
    run();
  });
  const changed = () => {
    const lost = !hasBlock(editor.text, parameters);
    gone.hidden = !lost;
    if (button) button.disabled = lost;
  };
  changed();
  return changed;
}
