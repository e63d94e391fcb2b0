/** The queries that were asked here, and the one that is being written: in this browser's storage, and nowhere else. */

export interface Past {
  readonly query: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Rows or triples; null where there was no answer. */
  readonly rows: number | null;
}

/** The part of `localStorage` that is used. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const MOST = 50;
// A query longer than this is asked, but not kept: storage is a few megabytes for the whole site.
const LONGEST = 60_000;

function isPast(value: unknown): value is Past {
  if (typeof value !== "object" || value === null) return false;
  const { query, at, rows } = value as Partial<Past>;
  return typeof query === "string" && typeof at === "number" && (rows === null || typeof rows === "number");
}

export class History {
  private readonly store: Store | null;
  private readonly key: string;
  private past: Past[];

  /** `store` is null where the browser permits none; then the history lasts as long as the page. */
  constructor(store: Store | null, key: string) {
    this.store = store;
    this.key = key;
    this.past = this.load();
  }

  private load(): Past[] {
    try {
      const found: unknown = JSON.parse(this.store?.getItem(`${this.key}.history`) ?? "[]");
      return Array.isArray(found) ? found.filter(isPast).slice(0, MOST) : [];
    } catch {
      // Somebody else's value, or storage is forbidden: begin anew.
      return [];
    }
  }

  /** The queries, the newest first. */
  get all(): readonly Past[] {
    return this.past;
  }

  /** Remember a query; the same text is kept once. */
  add(past: Past): void {
    // Another tab may have added some meanwhile.
    const others = this.store ? this.load() : this.past;
    this.past = [past, ...others.filter(({ query }) => query !== past.query)].slice(0, MOST);
    this.save();
  }

  remove(query: string): void {
    this.past = (this.store ? this.load() : this.past).filter((each) => each.query !== query);
    this.save();
  }

  clear(): void {
    this.past = [];
    this.write("history", null);
  }

  private save(): void {
    let kept = this.past.filter(({ query }) => query.length <= LONGEST);
    // Storage is full: the oldest go first.
    while (kept.length && !this.write("history", JSON.stringify(kept)))
      kept = kept.slice(0, Math.floor(kept.length / 2));
    if (!kept.length) this.write("history", null);
  }

  /** The text that was being written when the page was left; null when there is none. */
  get draft(): string | null {
    try {
      return this.store?.getItem(`${this.key}.draft`) ?? null;
    } catch {
      return null;
    }
  }

  set draft(text: string | null) {
    this.write("draft", text);
  }

  private write(name: string, text: string | null): boolean {
    try {
      if (text === null) this.store?.removeItem(`${this.key}.${name}`);
      else this.store?.setItem(`${this.key}.${name}`, text);
      return true;
    } catch {
      return false;
    }
  }
}

/** The browser's storage; null where it is forbidden. */
export function browserStore(): Store | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
