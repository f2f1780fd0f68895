/**
 * @typedef {{ key: string, altKey: boolean, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean,
 *   defaultPrevented: boolean }} Pressed
 */

// Where an arrow key has a meaning of its own.
export const OWN_ARROWS =
  'input, textarea, select, [contenteditable="true"], [role="slider"], [role="radio"], [role="option"], ' +
  '[role="combobox"], [role="listbox"], [role="tab"], [role="spinbutton"], [role="grid"], [role="dialog"]';

/**
 * What a key pressed somewhere on the page asks for.
 *
 * @param {Pressed} event
 * @param {boolean} isTaken Whether what has the keyboard knows arrows itself.
 * @returns {-1 | 1 | "close" | null}
 */
export function wish(event, isTaken) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || isTaken) {
    return null;
  }
  /** @type {Record<string, -1 | 1 | "close">} */
  const wishes = { ArrowLeft: -1, ArrowRight: 1, Escape: "close" };
  return wishes[event.key] ?? null;
}

/**
 * Whether what has the keyboard may have opened something: a tile, a point or a cell, which are parts of components. It
 * is not taken from a link or a box that somebody went on to before the stepper was there: Enter would go astray.
 *
 * @param {{ matches: (selector: string) => boolean } | null} active
 */
export function mayHaveOpened(active) {
  return active?.matches('[data-testid^="stBidiComponent"]') ?? false;
}
