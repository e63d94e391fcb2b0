/** Links that lead back to a query: in the address's parameters, or, where it is long, behind `#`. */

export interface Shared {
  readonly query: string;
  /** The view in which the answer is to be shown; then it is asked for at once. */
  readonly view: string | null;
}

// Proxies and mail programs cut longer addresses.
const LONGEST = 2000;

/** The address of a query page that shows this. */
export function linkTo(page: string, { query, view }: Shared, language: string): string {
  const parameters = new URLSearchParams({ query, ...(view ? { view } : {}) });
  const address = new URL(page);
  address.search = new URLSearchParams({ lang: language }).toString();
  address.hash = "";
  const short = new URL(address);
  for (const [name, value] of parameters) short.searchParams.set(name, value);
  if (short.href.length <= LONGEST) return short.href;
  // What stands behind `#` is never sent, and may be as long as the browser likes.
  address.hash = parameters.toString();
  return address.href;
}

/** What a link leads to; null when it names no query. */
export function readLink(address: string): Shared | null {
  const { searchParams, hash } = new URL(address);
  const behind = new URLSearchParams(hash.slice(1));
  const found = behind.has("query") ? behind : searchParams;
  const query = found.get("query");
  return query === null ? null : { query, view: found.get("view") };
}
