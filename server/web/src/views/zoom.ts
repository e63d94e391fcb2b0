/**
 * Moving and zooming by pointer, wheel and keys, without taking the page's own scrolling away: a wheel zooms with Ctrl
 * (which is also what a pinch on a trackpad sends), one finger scrolls the page, two fingers move and zoom.
 */

export interface Transform {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export interface Zoomed {
  /** Where the drawing is now. */
  readonly now: () => Transform;
  /** Zoom by a factor around a point of the element, its middle where none is given. */
  readonly by: (factor: number, point?: readonly [number, number]) => void;
  /** Go to a place at once. */
  readonly to: (transform: Transform) => void;
  /** Glide to a place, at once for those who prefer less motion. */
  readonly glide: (transform: Transform) => void;
  /** Stop listening. */
  readonly end: () => void;
}

export interface ZoomOptions {
  readonly least: number;
  readonly most: number;
  /** Called after each change. */
  readonly change: (transform: Transform) => void;
  /** Whether a press begins to move the drawing; a press on what can be dragged itself does not. */
  readonly starts?: (event: PointerEvent) => boolean;
  /** Only sideways: y stays. */
  readonly flat?: boolean;
}

const GLIDE_MILLISECONDS = 350;
const STEP = 1.5;
const MOVED = 40;

export function zoomable(element: HTMLElement | SVGElement, options: ZoomOptions): Zoomed {
  const { least, most, change, starts, flat } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const pointers = new Map<number, readonly [number, number]>();
  let transform: Transform = { k: 1, x: 0, y: 0 };

  let frame = 0;

  const set = (next: Transform) => {
    cancelAnimationFrame(frame);
    apply(next);
  };
  const apply = (next: Transform) => {
    const k = Math.min(most, Math.max(least, next.k));
    transform = { k, x: next.x, y: flat ? 0 : next.y };
    change(transform);
  };
  const local = (event: { clientX: number; clientY: number }): readonly [number, number] => {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const by = (factor: number, point?: readonly [number, number]) => {
    const { width, height } = element.getBoundingClientRect();
    const [px, py] = point ?? [width / 2, height / 2];
    const k = Math.min(most, Math.max(least, transform.k * factor));
    const ratio = k / transform.k;
    set({ k, x: px - (px - transform.x) * ratio, y: py - (py - transform.y) * ratio });
  };
  const glide = (next: Transform) => {
    cancelAnimationFrame(frame);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      apply(next);
      return;
    }
    const [begun, from] = [performance.now(), transform];
    const step = (now: number) => {
      const part = Math.min(1, Math.max(0, (now - begun) / GLIDE_MILLISECONDS));
      const eased = part * part * (3 - 2 * part);
      // Scale goes by factors, so that it seems to go evenly.
      const k = from.k * (next.k / from.k) ** eased;
      const mix = from.k === next.k ? eased : (k - from.k) / (next.k - from.k);
      apply({ k, x: from.x + (next.x - from.x) * mix, y: from.y + (next.y - from.y) * mix });
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  };
  const move = (dx: number, dy: number) => set({ k: transform.k, x: transform.x + dx, y: transform.y + dy });

  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) {
      // A wheel that turns sideways moves along; up and down is the page's.
      if (!flat || Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      move(-event.deltaX, 0);
      return;
    }
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 16;
    by(2 ** (-Math.max(-60, Math.min(60, pixels)) / 100), local(event));
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || starts?.(event) === false) return;
    pointers.set(event.pointerId, local(event));
    if (event.pointerType === "mouse" || pointers.size > 1) {
      for (const id of pointers.keys()) capture(id);
    }
  };
  const capture = (id: number) => {
    try {
      element.setPointerCapture(id);
    } catch {
      // The pointer has just gone.
    }
  };
  const moved = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const after = local(event);
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const other = others[0];
    if (other) {
      const span = (a: readonly [number, number]) => Math.hypot(a[0] - other[0], a[1] - other[1]);
      by(span(after) / Math.max(1, span(before)), [(after[0] + other[0]) / 2, (after[1] + other[1]) / 2]);
      move((after[0] - before[0]) / 2, (after[1] - before[1]) / 2);
    } else if (event.pointerType === "mouse" || event.pointerType === "pen" || flat) {
      move(after[0] - before[0], after[1] - before[1]);
    }
    pointers.set(event.pointerId, after);
  };
  const up = (event: PointerEvent) => pointers.delete(event.pointerId);

  const listen = element.addEventListener.bind(element) as HTMLElement["addEventListener"];
  listen("wheel", wheel, { signal, passive: false });
  listen("pointerdown", down, { signal });
  listen("pointermove", moved, { signal });
  listen("pointerup", up, { signal });
  listen("pointercancel", up, { signal });
  listen("dblclick", (event) => by(STEP, local(event)), { signal });
  listen(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") by(STEP);
      else if (event.key === "-") by(1 / STEP);
      else if (event.target === element && event.key === "ArrowLeft") move(MOVED, 0);
      else if (event.target === element && event.key === "ArrowRight") move(-MOVED, 0);
      else if (event.target === element && !flat && event.key === "ArrowUp") move(0, MOVED);
      else if (event.target === element && !flat && event.key === "ArrowDown") move(0, -MOVED);
      else return;
      event.preventDefault();
    },
    { signal },
  );
  const end = () => {
    cancelAnimationFrame(frame);
    stop.abort();
  };
  return { now: () => transform, by, to: set, glide, end };
}
