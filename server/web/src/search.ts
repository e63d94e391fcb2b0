/** To come. */
export function start(_elements: HTMLElement[]): void {}
