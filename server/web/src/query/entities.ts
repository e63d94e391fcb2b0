/** Things of the graph by their names: the site's own search. */

import { root } from "../lib/sparql.js";
import { language } from "../lib/words.js";
import type { Entity, Search } from "./complete.js";
import type { Labels } from "./labels.js";

interface Found {
  readonly id?: unknown;
  readonly label?: unknown;
  readonly lang?: unknown;
  readonly also?: { readonly text?: unknown };
  readonly kind?: { readonly label?: unknown };
}

const MOST = 12;
const KEPT = 200;
const TIMES = 6;
const MOST_SECONDS = 2;

/** Read `/search.json` (kg_server/app/search.py). */
export function readEntities(document: unknown, page: string): Entity[] {
  const { results } = (document ?? {}) as { results?: readonly Found[] };
  if (!Array.isArray(results)) return [];
  return results.flatMap(({ id, label, lang, also, kind }: Found) => {
    if (typeof id !== "string" || typeof label !== "string") return [];
    const other = typeof lang === "string" && lang && lang !== page ? { lang } : {};
    const known = typeof also?.text === "string" ? { also: also.text } : {};
    return [{ iri: id, label, ...other, ...known, ...(typeof kind?.label === "string" ? { kind: kind.label } : {}) }];
  });
}

/** A search that asks the same only once, tells the names it finds, and goes without where there is none. */
export function entitySearch(labels: Labels): Search {
  const known = new Map<string, readonly Entity[]>();
  let missing = false;
  return async (text) => {
    const kept = known.get(text);
    if (kept || missing) return kept ?? [];
    const query = new URLSearchParams({ q: text, kind: "entity", limit: String(MOST), lang: language() });
    try {
      const response = await patiently(`${root()}/search.json?${query}`);
      missing = response.status === 404;
      if (!response.ok) return [];
      const found = readEntities(await response.json(), language());
      if (known.size >= KEPT) known.clear();
      known.set(text, found);
      for (const { iri, label, lang } of found) labels.set(iri, { text: label, lang: lang ?? null });
      return found;
    } catch {
      // Without a network there is nothing to complete; running the query will say so.
      return [];
    }
  };
}

/** Ask again, a few times, a server that is only about to be able to answer. */
async function patiently(address: string): Promise<Response> {
  for (let times = 1; ; times++) {
    const response = await fetch(address);
    if (response.status !== 503 || times === TIMES) return response;
    const seconds = Number(response.headers.get("Retry-After")) || 1;
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, MOST_SECONDS) * 1000));
  }
}
