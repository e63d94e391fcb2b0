"""Looks for what a text has become that should have stayed text, and pokes a page so that its scripts show theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.payloads import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Before any script of the page: what runs is noted, and so is what the policy stopped.
WATCH = """
globalThis.harm = [];
globalThis.xss = () => globalThis.harm.push("a payload ran");
addEventListener("securitypolicyviolation", (event) =>
  globalThis.harm.push(`the policy stopped ${event.violatedDirective}: ${event.blockedURI || event.sample}`));
"""
# Everything that a page of ours never has, in the document and in its open shadow roots.
LOOK = """
() => {
  const found = [...(globalThis.harm ?? ["the page was not watched"])];
  const strange = "[data-xss], iframe, object, embed, base, frame, applet, marquee, meta[http-equiv], style, template";
  const safe = /^(https?:|mailto:)/;
  const look = (root) => {
    for (const each of root.querySelectorAll(strange)) found.push(`an element: ${each.outerHTML.slice(0, 120)}`);
    for (const each of root.querySelectorAll("*")) {
      for (const { name, value } of each.attributes) {
        if (name.startsWith("on") || name === "srcdoc") found.push(`an attribute: ${name}=${value.slice(0, 80)}`);
        if (!["href", "xlink:href", "src", "action", "formaction", "data", "poster", "ping"].includes(name)) continue;
        if (name === "data" && each.localName !== "object") continue;
        const url = URL.parse(value, document.baseURI);
        if (!url || !safe.test(url.protocol)) found.push(`an address: ${name}=${value.slice(0, 80)}`);
        const stays = ["src", "action", "formaction"].includes(name) || each.localName === "link";
        const canonical = each.localName === "link" && each.rel === "canonical";
        if (stays && !canonical && url && url.origin !== location.origin) found.push(`elsewhere: ${name}=${value}`);
      }
      if (each.localName === "script" && each.type !== "application/json" && !each.src) found.push("an inline script");
      if (each.shadowRoot) look(each.shadowRoot);
    }
  };
  look(document);
  return found;
}
"""


def harm(page: Page) -> list[str]:
    """What a page has that it should not, and what ran in it."""
    found: list[str] = page.evaluate(LOOK)
    return found


def payloads_shown(page: Page) -> int:
    """How many payloads the page has as text, letter for letter."""
    text: str = page.evaluate("document.title + ' ' + document.body.textContent")
    return sum(each in text for each in PAYLOADS)


def stir(page: Page) -> None:
    """Do what makes scripts write: open what folds, point at things, search, filter, run."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    for selector in ("details summary", "figure a", "figure [tabindex]", "[data-phrase] a", ".fact", "th button"):
        for each in page.locator(f"{selector} >> visible=true").all()[:3]:
            each.hover(force=True)
            each.focus()
    for each in page.locator("main input[type=search] >> visible=true").all()[:2]:
        each.fill("a")
    box = page.locator("form.find input[type=search]")
    if box.is_visible():
        # The beginning of names that there are, poisoned or not.
        box.press_sequentially("per")
        if box.get_attribute("role") == "combobox":
            page.locator("[role=option]").first.wait_for()
