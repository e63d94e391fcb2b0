/** Which labels fit: the most important first, each at the first of its places that is free. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Wanted {
  /** The middle of what is labelled, and how far its mark reaches. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly width: number;
  readonly height: number;
  /** Rather over marks than not at all. */
  readonly urgent?: boolean;
}

export interface Around {
  /** What labels rather do not cover; what is labelled, where it is left out. */
  readonly marks?: readonly Wanted[];
  /** Where they must be. */
  readonly bounds?: Box;
  /** Where they must not be. */
  readonly taken?: readonly Box[];
}

const GAP = 3;
const CELL = 64;

/** Boxes in a grid, so that few have to be compared. */
class Taken {
  readonly #cells = new Map<string, Box[]>();

  *#keys(box: Box): Generator<string> {
    const [left, right] = [Math.floor(box.x / CELL), Math.floor((box.x + box.width) / CELL)];
    const [top, bottom] = [Math.floor(box.y / CELL), Math.floor((box.y + box.height) / CELL)];
    for (let column = left; column <= right; column++) {
      for (let row = top; row <= bottom; row++) yield `${column},${row}`;
    }
  }

  add(box: Box): void {
    for (const key of this.#keys(box)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push(box);
      else this.#cells.set(key, [box]);
    }
  }

  /** How many of them a box overlaps. */
  count(box: Box): number {
    const found = new Set<Box>();
    for (const key of this.#keys(box)) {
      for (const other of this.#cells.get(key) ?? []) if (overlap(box, other)) found.add(other);
    }
    return found.size;
  }
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/**
 * Place labels around marks: to the right, the left, below, above.
 *
 * `wanted` comes in the order of importance. The answer has a box for each, null where none is free. No two boxes
 * overlap, none leaves the bounds, and none covers a mark unless it is urgent.
 */
export function place(wanted: readonly Wanted[], { marks = wanted, bounds, taken = [] }: Around = {}): (Box | null)[] {
  const labels = new Taken();
  for (const box of taken) labels.add(box);
  const covered = new Taken();
  for (const { x, y, radius } of marks) {
    covered.add({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius });
  }
  return wanted.map((each) => {
    let found: Box | null = null;
    let least = each.urgent ? Number.POSITIVE_INFINITY : 1;
    for (const box of around(each)) {
      if ((bounds && !within(box, bounds)) || labels.count(box)) continue;
      const cost = covered.count(box);
      if (cost < least) [found, least] = [box, cost];
      if (!cost) break;
    }
    if (found) labels.add(found);
    return found;
  });
}

function within(box: Box, bounds: Box): boolean {
  return (
    box.x >= bounds.x &&
    box.y >= bounds.y &&
    box.x + box.width <= bounds.x + bounds.width &&
    box.y + box.height <= bounds.y + bounds.height
  );
}

function around({ x, y, radius, width, height }: Wanted): Box[] {
  const reach = radius + GAP;
  const size = { width, height };
  return [
    { x: x + reach, y: y - height / 2, ...size },
    { x: x - reach - width, y: y - height / 2, ...size },
    { x: x - width / 2, y: y + reach, ...size },
    { x: x - width / 2, y: y - reach - height, ...size },
    { x: x + reach * 0.8, y: y + reach * 0.6, ...size },
    { x: x - reach * 0.8 - width, y: y + reach * 0.6, ...size },
    { x: x + reach * 0.8, y: y - reach * 0.6 - height, ...size },
    { x: x - reach * 0.8 - width, y: y - reach * 0.6 - height, ...size },
  ];
}

/** Break a text into at most so many lines of about so many letters; what is left over ends in an ellipsis. */
export function lines(text: string, letters: number, most: number): string[] {
  const found: string[] = [];
  let line = "";
  for (const each of text.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${each}` : each;
    if (line && longer.length > letters) {
      found.push(line);
      line = each;
    } else line = longer;
  }
  if (line) found.push(line);
  const shown = found
    .slice(0, most)
    .map((each) => (each.length > letters * 1.5 ? `${each.slice(0, letters - 1)}…` : each));
  if (found.length > most) shown[most - 1] = `${(shown[most - 1] ?? "").replace(/[\s,.;:…]+$/, "")}…`;
  return shown;
}
