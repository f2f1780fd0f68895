// Where letters, digits and Escape are somebody else's: they are typed, or close a list or what stands over the page.
export const OTHERS = 'input, textarea, select, [contenteditable="true"], [role="combobox"], [role="dialog"]';

/**
 * Whether a key was pressed in something that has a use for it.
 *
 * @param {Event} event
 * @param {string} [takers] What has, as a selector.
 */
export function isTaken(event, takers = OTHERS) {
  return event.composedPath().some((part) => part instanceof Element && part.matches(takers));
}
