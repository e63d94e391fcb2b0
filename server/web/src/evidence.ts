/**
 * Evidence one hover, tap or key away: each `<details data-evidence>` becomes a button with a popover beside it.
 *
 * The popover is the browser's own: Escape and a click elsewhere close it, and the focus goes back to the button. A
 * mouse that rests on the button opens it too; then it stays while the mouse is on either of the two, and the focus
 * stays where it was (WCAG 2.2, 1.4.13). A click keeps it open.
 */

import { find, h } from "./lib/dom.js";
import { word } from "./lib/words.js";

const OPEN_AFTER = 180;
const CLOSE_AFTER = 260;
const GAP = 6;
const MARGIN = 12;

let count = 0;

/** Put a popover below its button, or above where there is more room; on narrow screens the style sheet places it. */
function place(button: HTMLElement, panel: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const size = panel.getBoundingClientRect();
  const left = Math.max(MARGIN, Math.min(at.left, width - size.width - MARGIN));
  const below = innerHeight - at.bottom;
  const over = below < size.height + GAP + MARGIN && at.top > below;
  const top = over ? at.top - size.height - GAP : at.bottom + GAP;
  panel.style.setProperty("--left", `${Math.round(left + scrollX)}px`);
  panel.style.setProperty("--top", `${Math.round(Math.max(top, MARGIN - scrollY) + scrollY)}px`);
}

function enableHover(button: HTMLElement, panel: HTMLElement): void {
  let timer = 0;
  // Opened by hovering alone: then it closes when the mouse leaves.
  let hovering = false;
  const later = (after: number, action: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(action, after);
  };
  const leave = (event: PointerEvent) => {
    if (event.pointerType === "mouse")
      later(CLOSE_AFTER, () => {
        if (hovering) panel.hidePopover();
      });
  };
  button.addEventListener("pointerenter", (event) => {
    if (event.pointerType !== "mouse") return;
    later(OPEN_AFTER, () => {
      if (panel.matches(":popover-open")) return;
      panel.showPopover({ source: button });
      hovering = true;
    });
  });
  button.addEventListener("pointerleave", leave);
  panel.addEventListener("pointerenter", () => clearTimeout(timer));
  panel.addEventListener("pointerleave", leave);
  button.addEventListener("click", (event) => {
    clearTimeout(timer);
    if (!hovering) return;
    // What the mouse had opened already, a click does not close: it keeps it.
    event.preventDefault();
    hovering = false;
  });
  panel.addEventListener("toggle", (event) => {
    if (event.newState === "closed") hovering = false;
  });
}

/** Turn one `<details>` into a button and a popover. */
function enhance(details: HTMLElement): void {
  const summary = find("summary", HTMLElement, details);
  const panel = find(".proof-panel", HTMLElement, details);
  if (!summary || !panel) return;
  count += 1;
  panel.id = `evidence-${count}`;
  panel.setAttribute("popover", "auto");
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", summary.textContent ?? "");
  const button = h("button", { type: "button", class: "proof-button", popovertarget: panel.id });
  button.append(...summary.childNodes);
  const close = h("button", {
    type: "button",
    class: "proof-close",
    popovertarget: panel.id,
    popovertargetaction: "hide",
  });
  close.append(h("span", { "aria-hidden": "true" }, "×"), h("span", { class: "hidden" }, word("subject_close")));
  panel.prepend(close);
  panel.addEventListener("toggle", (event) => {
    if (event.newState === "open") place(button, panel);
  });
  enableHover(button, panel);
  details.replaceWith(h("div", { class: "proof" }, button, panel));
}

export function start(elements: HTMLElement[]): void {
  for (const each of elements) enhance(each);
}
