/** Elements made of names, attributes and text. Text stays text: nothing here parses markup. */

export type Child = Node | string | number | null | undefined | false;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | EventListener>>;

const SVG = "http://www.w3.org/2000/svg";

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, ...children);
}

/** Append nodes and texts; what is null or false is left out. */
export function append(element: Element, ...children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * An HTML element: `h("a", { href, click: listener }, "text", child)`.
 * A function among the attributes listens to the event of that name; null, undefined and false leave it out.
 */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}

/** An SVG element, as `h`. */
export function s<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(SVG, name);
  fill(element, attributes, children);
  return element;
}

/** The only element that a selector finds, of a type; null when there is none of that type. */
export function find<Kind extends Element>(
  selector: string,
  kind: abstract new () => Kind,
  within: ParentNode = document,
): Kind | null {
  const found = within.querySelector(selector);
  return found instanceof kind ? found : null;
}

/** Everything that a selector finds, of a type. */
export function all<Kind extends Element>(
  selector: string,
  kind: abstract new () => Kind,
  within: ParentNode = document,
): Kind[] {
  return [...within.querySelectorAll(selector)].filter((each): each is Kind => each instanceof kind);
}

/** The JSON in a `<script type="application/json">`; null when the element is missing. The caller checks its shape. */
export function readData(selector: string, within: ParentNode = document): unknown {
  const text = within.querySelector(selector)?.textContent;
  return text ? (JSON.parse(text) as unknown) : null;
}

let politely: HTMLElement | undefined;

/** Say something to those who listen to the page, without moving their focus. */
export function announce(text: string): void {
  if (!politely) {
    politely = h("p", { class: "hidden", role: "status" });
    document.body.append(politely);
  }
  politely.textContent = text;
}

/** An address that a link may lead to: http, https or this site; null for `javascript:` and the like. */
export function safeHref(href: string): string | null {
  try {
    const url = new URL(href, document.baseURI);
    return url.protocol === "https:" || url.protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}
