/** What the page asks of the server that `rujukan review` runs. */

import { word } from "../lib/words.js";
import type { Issue, Named, View } from "./types.js";

export type Answer =
  | { readonly state: "done"; readonly view: View }
  | { readonly state: "conflict"; readonly view: View; readonly difference: string }
  | { readonly state: "refused"; readonly problems: readonly Issue[]; readonly message: string };

interface Body {
  readonly view?: View;
  readonly difference?: string;
  readonly problems?: readonly Issue[];
  readonly message?: string;
}

const CONFLICT = 409;

export class Server {
  readonly #base = `${document.body.dataset.root ?? ""}${document.location.pathname}`;

  /** Entities that are called like a text. */
  async search(text: string, kinds: readonly string[]): Promise<readonly Named[]> {
    const query = new URLSearchParams([["q", text], ...kinds.map((kind) => ["kind", kind])]);
    const response = await fetch(`${this.#base}/search?${query}`);
    return response.ok ? ((await response.json()) as readonly Named[]) : [];
  }

  /** What keeps the whole project from being built. */
  async check(): Promise<readonly Issue[]> {
    const response = await fetch(`${this.#base}/check`);
    return response.ok ? ((await response.json()) as readonly Issue[]) : [];
  }

  /** Send a decision; what went wrong on the way is a refusal too. */
  async send(path: string, asked: object): Promise<Answer> {
    try {
      const headers = { "Content-Type": "application/json" };
      const response = await fetch(`${this.#base}/${path}`, { method: "POST", headers, body: JSON.stringify(asked) });
      const body: unknown = await response.json();
      if (response.ok) return { state: "done", view: body as View };
      const { view, difference = "", problems = [], message = "" } = body as Body;
      if (response.status === CONFLICT && view) return { state: "conflict", view, difference };
      return { state: "refused", problems, message };
    } catch {
      return { state: "refused", problems: [], message: word("review_failed") };
    }
  }
}
