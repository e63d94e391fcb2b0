/** What stands around the card: progress, the list of proposals, the project's check, the tools. */

import { find, h } from "../lib/dom.js";
import { number, word } from "../lib/words.js";
import { showKeys } from "./dialogs.js";
import type { Server } from "./server.js";
import type { View } from "./types.js";

const FIRST = 6;
const KEYS_OFF = "review-keys-off";
const KEYS: readonly (readonly [string, string])[] = [
  ["j", "next"],
  ["k", "previous"],
  ["a", "accept"],
  ["e", "edit"],
  ["r", "reject"],
  ["l", "link"],
  ["n", "new"],
  ["m", "merge"],
  ["s", "split"],
  ["f", "fact"],
  ["u", "undo"],
  ["?", "help"],
];

/** A part of the page that the template has. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** Whether the reader switched single keys off (WCAG 2.1.4). */
export function keysOff(): boolean {
  return localStorage.getItem(KEYS_OFF) !== null;
}

/** Show the keys, and let them be switched off. */
export async function chooseKeys(): Promise<void> {
  const keys = KEYS.map(([key, name]) => [key, word(`review_${name}`)] as const);
  if (await showKeys(keys, !keysOff())) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
}

/** A button that has a key. */
export function actionButton(key: string, name: string, click: () => void, style = "quiet"): HTMLButtonElement {
  const attributes = { type: "button", class: style, "aria-keyshortcuts": key, "data-action": name, click };
  return h("button", attributes, word(`review_${name}`), " ", h("kbd", { "aria-hidden": "true" }, key));
}

export function drawTools(undo: () => void): void {
  part("tools").replaceChildren(
    actionButton("u", "undo", undo),
    actionButton("?", "help", () => void chooseKeys()),
  );
}

export function drawProgress(view: View, open: number): void {
  const { sentences, refused } = view;
  const covered = sentences.filter((each) => !each.bare).length;
  const label = word("review_covered", { covered: number(covered), all: number(sentences.length) });
  const meter = h("meter", { min: 0, max: Math.max(1, sentences.length), value: covered, "aria-label": label });
  const left = word("review_left", { n: number(open) });
  const before = refused ? ` · ${word("review_refused", { n: number(refused) })}` : "";
  const text = h("p", {}, h("span", { class: "coverage-now" }, label), ` · ${left}${before}`);
  part("progress").replaceChildren(meter, text);
  const undo = find("[data-action=undo]", HTMLButtonElement);
  if (undo) undo.disabled = !view.undo;
}

export function drawList(view: View, current: string, go: (id: string) => void): void {
  const items = view.proposals.map((each) => {
    const here = each.id === current;
    const state = word(each.written ? "review_written" : "review_open");
    const text = each.exact.length > 70 ? `${each.exact.slice(0, 40)} … ${each.exact.slice(-24)}` : each.exact;
    const button = h(
      "button",
      { type: "button", "data-proposal": each.id, "aria-current": here ? "true" : null, click: () => go(each.id) },
      h("span", { class: `tag kind-${each.kind}` }, word(`review_kind_${each.kind}`)),
      h("span", { class: "words", lang: view.language || null }, text),
      h(
        "span",
        { class: "state", title: state },
        each.written ? "✓" : "·",
        h("span", { class: "hidden" }, ` ${state}`),
      ),
    );
    return h("li", { class: each.written ? "written" : null }, button);
  });
  part("proposals").replaceChildren(...items);
}

/** Say what keeps the project from being built; `version` is of the record that was checked. */
export async function drawCheck(server: Server, version: string): Promise<void> {
  const host = part("check");
  host.replaceChildren(h("p", {}, word("review_checking")));
  const found = await server.check();
  host.classList.toggle("well", !found.length);
  if (!found.length) host.replaceChildren(h("p", {}, word("review_check_ok")));
  else {
    const items = found.map((each) => h("li", {}, h("code", {}, `${each.file}:${each.line}`), ` ${each.message}`));
    const title = word("review_check_open", { n: number(found.length) });
    const rest = items.slice(FIRST);
    const more =
      rest.length > 0 && h("details", {}, h("summary", {}, `+ ${number(rest.length)}`), h("ul", {}, ...rest));
    host.replaceChildren(h("p", {}, title), h("ul", {}, ...items.slice(0, FIRST)), more || "");
  }
  document.documentElement.dataset.checked = version;
}
