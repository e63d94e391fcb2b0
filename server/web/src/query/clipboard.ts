/** Copying: by the browser's clipboard, or, where the site is not served over TLS, by a selection. */

import { h } from "../lib/dom.js";

/** Copy a text; tell whether that was permitted. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = h("textarea", { class: "hidden", readonly: true, tabindex: -1, "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
