/** Suggestions below a search field: an editable combobox with a list (ARIA Authoring Practices Guide). */

import { announce, append, type Child, find, h, safeHref } from "./lib/dom.js";
import { language, word } from "./lib/words.js";

type Marks = readonly (readonly [number, number])[];

interface Words {
  readonly label: string;
  readonly lang: string;
  readonly marks: Marks;
}

interface Finding extends Words {
  readonly type: "entity" | "question" | "phrase";
  readonly href: string | null;
  readonly also?: { readonly text: string; readonly lang: string; readonly marks: Marks };
  readonly kind?: { readonly label: string; readonly lang: string };
  readonly article?: { readonly label: string; readonly lang: string };
}

interface Answer {
  readonly results: readonly Finding[];
}

const SHOWN = 6;
const WAIT_MS = 70;
const KEPT = 60;
const GROUPS = { entity: "search_names", question: "search_question", phrase: "search_phrase" } as const;

/** A text with the words marked that were looked for; positions count code points. */
function marked(text: string, marks: Marks, lang: string): HTMLElement {
  const letters = [...text];
  const children: Child[] = [];
  let at = 0;
  for (const [start, end] of marks) {
    children.push(letters.slice(at, start).join(""), h("mark", {}, letters.slice(start, end).join("")));
    at = end;
  }
  children.push(letters.slice(at).join(""));
  return h("span", { lang: lang && lang !== language() ? lang : null }, ...children);
}

function named(it: { readonly label: string; readonly lang: string }): HTMLElement {
  return marked(it.label, [], it.lang);
}

let boxes = 0;

class SearchBox {
  private readonly panel: HTMLElement;
  private readonly list: HTMLElement;
  private readonly message: HTMLElement;
  private readonly known = new Map<string, Answer>();
  private readonly id = `suggestions-${++boxes}`;
  private options: HTMLElement[] = [];
  private active = -1;
  private asked = "";
  private timer = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly field: HTMLInputElement,
  ) {
    this.list = h("div", { id: this.id, role: "listbox", "aria-label": word("search_list") });
    this.message = h("p", { class: "message" });
    this.panel = h("div", { class: "suggestions", hidden: true }, this.message, this.list);
    (field.parentElement ?? form).append(this.panel);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.id,
    })) {
      field.setAttribute(name, value);
    }
    field.addEventListener("input", () => this.typed());
    field.addEventListener("keydown", (event) => this.pressed(event));
    form.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && form.contains(event.relatedTarget))) this.close();
    });
    // The field keeps the focus, so that the pointer's way through the list does not close it.
    this.panel.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  focus(): void {
    this.field.focus();
    this.field.select();
  }

  private get text(): string {
    return this.field.value.trim().replace(/\s+/g, " ");
  }

  private typed(): void {
    clearTimeout(this.timer);
    if (!this.text) this.close();
    else this.timer = window.setTimeout(() => void this.suggest(), WAIT_MS);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !this.panel.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (event.altKey) {
        if (event.key === "ArrowUp") this.close();
        else void this.suggest();
      } else if (open) this.move(event.key === "ArrowDown" ? 1 : -1);
      else void this.suggest(event.key === "ArrowDown" ? "first" : "last");
    } else if (event.key === "Enter") {
      const chosen = this.options[this.active];
      if (open && chosen) {
        event.preventDefault();
        chosen.click();
      }
    } else if (event.key === "Escape" && (open || this.field.value)) {
      event.preventDefault();
      if (!open) this.field.value = "";
      this.close();
    }
  }

  /** Ask for suggestions and show them; what was typed meanwhile makes an older answer void. */
  private async suggest(choose?: "first" | "last"): Promise<void> {
    const text = this.text;
    clearTimeout(this.timer);
    this.asking?.abort();
    if (!text) return;
    this.asked = text;
    const known = this.known.get(text);
    if (known) {
      this.show(known, text, choose);
      return;
    }
    const asking = new AbortController();
    this.asking = asking;
    try {
      const query = new URLSearchParams({ q: text, limit: String(SHOWN), lang: language() });
      const response = await fetch(`${this.form.action.replace(/\/search$/, "/search.json")}?${query}`, {
        signal: asking.signal,
      });
      if (response.status === 503) {
        this.tell(word("search_later"));
        const seconds = Number(response.headers.get("Retry-After")) || 2;
        this.timer = window.setTimeout(() => void this.suggest(choose), seconds * 1000);
        return;
      }
      if (!response.ok) throw new Error(`${response.status}`);
      const answer = (await response.json()) as Answer;
      if (this.known.size >= KEPT) this.known.clear();
      this.known.set(text, answer);
      if (this.asked === text && this.text === text) this.show(answer, text, choose);
    } catch (error) {
      if (!asking.signal.aborted) {
        console.error(error);
        this.tell(word("search_failed"));
      }
    }
  }

  private show(answer: Answer, text: string, choose?: "first" | "last"): void {
    this.options = [];
    const groups: Child[] = [];
    for (const [type, name] of Object.entries(GROUPS)) {
      const found = answer.results.filter((each) => each.type === type && each.href && safeHref(each.href));
      if (!found.length) continue;
      const label = `${this.id}-${type}`;
      const head = h("p", { id: label, class: "group", role: "presentation" }, word(name));
      groups.push(
        h("div", { role: "group", "aria-labelledby": label }, head, ...found.map((each) => this.option(each))),
      );
    }
    const count = this.options.length;
    if (count) groups.push(this.choice("all", () => this.form.requestSubmit(), word("search_all", { text })));
    this.list.replaceChildren();
    append(this.list, ...groups);
    this.open(count ? "" : word("search_none", { text }));
    announce(count ? word("search_found", { n: count }) : word("search_none", { text }));
    this.activate(choose === "first" ? 0 : choose === "last" ? this.options.length - 1 : -1);
  }

  private option(finding: Finding): HTMLElement {
    const name = marked(finding.label, finding.marks, finding.lang);
    const also =
      finding.also && h("span", { class: "also" }, marked(finding.also.text, finding.also.marks, finding.also.lang));
    const about = finding.kind ?? finding.article;
    return this.choice(
      finding.type,
      (apart) => {
        if (!finding.href) return;
        if (apart) window.open(finding.href, "_blank", "noopener");
        else location.assign(finding.href);
      },
      h(
        "span",
        { class: "name" },
        finding.type === "phrase" ? "“" : null,
        name,
        finding.type === "phrase" ? "”" : null,
      ),
      also,
      about && h("span", { class: "about" }, named(about)),
    );
  }

  private choice(kind: string, choose: (apart: boolean) => void, ...children: readonly Child[]): HTMLElement {
    const option = h(
      "div",
      {
        class: `option ${kind}`,
        id: `${this.id}-${this.options.length}`,
        role: "option",
        "aria-selected": "false",
        click: (event) => choose(event instanceof MouseEvent && (event.ctrlKey || event.metaKey)),
      },
      ...children,
    );
    this.options.push(option);
    return option;
  }

  private tell(text: string): void {
    this.options = [];
    this.list.replaceChildren();
    this.open(text);
    this.activate(-1);
    announce(text);
  }

  /** Show the list, or a message where it is empty. */
  private open(message: string): void {
    this.message.textContent = message;
    this.message.hidden = !message;
    this.list.hidden = !this.options.length;
    this.panel.hidden = false;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  private close(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.panel.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  /** Go through the options; before the first and behind the last is the field itself. */
  private move(step: number): void {
    const places = this.options.length + 1;
    this.activate(((this.active + 1 + step + places) % places) - 1);
  }

  private activate(place: number): void {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.options[place];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.field.setAttribute("aria-activedescendant", option.id);
    } else this.field.removeAttribute("aria-activedescendant");
  }
}

function isEdited(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.shadowRoot !== null || target.matches("input, select, textarea"))
  );
}

/** Enhance the search forms of a page; `/` leads to the first. */
export function start(forms: HTMLElement[]): void {
  const found: SearchBox[] = [];
  for (const form of forms) {
    const field = find('input[type="search"]', HTMLInputElement, form);
    if (form instanceof HTMLFormElement && field) found.push(new SearchBox(form, field));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isEdited(event.target)) return;
    event.preventDefault();
    found[0]?.focus();
  });
}
