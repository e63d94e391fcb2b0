/** The page's words for scripts, from the JSON block `#words` (`script_words` in pages/render.py). */

import { readData } from "./dom.js";

export type Words = Readonly<Record<string, string>>;

let known: Words | undefined;

function isWords(value: unknown): value is Words {
  return typeof value === "object" && value !== null && Object.values(value).every((each) => typeof each === "string");
}

/** All words that the page gave. */
export function words(): Words {
  if (!known) {
    const found = readData("#words");
    known = isWords(found) ? found : {};
  }
  return known;
}

/** Put values into a text with `{fields}`; a field without a value stays as it is. */
export function format(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return text.replace(/\{(\w+)\}/g, (field, name: string) => String(values[name] ?? field));
}

/** A word, with its fields filled in; its key where the page did not give it, so that the lack is seen. */
export function word(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return format(words()[key] ?? key, values);
}

/** The language of the page: `en` or `id`. */
export function language(): string {
  return document.documentElement.lang || "en";
}

/** A whole number as people of the page's language write it. */
export function number(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}
