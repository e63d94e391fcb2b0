/** Which part of time a timeline shows at first. */

export interface Window {
  readonly from: number;
  readonly to: number;
}

export const DAY = 86_400_000;
/** A window that has this share of all items in this share of all time is where one begins. */
const MUCH = 0.6;
const LITTLE = 1 / 8;
const FEW = 4;

/** The whole of time that items take, with a margin. */
export function extent(spans: readonly Window[]): Window {
  const from = Math.min(...spans.map((each) => each.from));
  const to = Math.max(...spans.map((each) => each.to));
  const margin = Math.max((to - from) * 0.04, 2 * DAY);
  return { from: from - margin, to: to + margin };
}

/** Where to begin: everything, unless most items crowd in a small part of the time; then that part. */
export function beginning(spans: readonly Window[]): Window {
  const whole = extent(spans);
  const middles = spans.map(({ from, to }) => (from + to) / 2).sort((a, b) => a - b);
  const many = Math.ceil(middles.length * MUCH);
  let best: Window = whole;
  for (let first = 0; first + many <= middles.length; first++) {
    const [from, to] = [middles[first] ?? 0, middles[first + many - 1] ?? 0];
    if (to - from < best.to - best.from) best = { from, to };
  }
  if (middles.length < FEW || best.to - best.from > (whole.to - whole.from) * LITTLE) return whole;
  // All that is near the crowd comes with it.
  const reach = Math.max(best.to - best.from, 30 * DAY);
  const near = spans.filter(({ from, to }) => from >= best.from - reach && to <= best.to + reach);
  return near.length ? extent(near) : whole;
}
