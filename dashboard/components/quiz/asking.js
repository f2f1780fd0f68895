/**
 * The key that names a class: 1 to 9, and 0 for the tenth.
 *
 * @param {number} place
 */
export function keyOf(place) {
  return String((place + 1) % 10);
}

/**
 * The class that a key names.
 *
 * @param {{ key: string, altKey: boolean, ctrlKey: boolean, metaKey: boolean, defaultPrevented: boolean,
 *   repeat: boolean }} event
 * @param {number} count Of classes.
 * @returns {number | null} null for a key that names none, and for one that is held down.
 */
export function classOf(event, count) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.repeat) {
    return null;
  }
  const place = "1234567890".indexOf(event.key);
  return event.key.length === 1 && place >= 0 && place < count ? place : null;
}

/**
 * A time span as a clock has it.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
