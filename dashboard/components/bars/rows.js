/**
 * @typedef {{ share: number, text: string, exact: string, colour: string }} Bar
 * @typedef {{ name: string, notes: string[], bars: Bar[] }} Row
 * @typedef {{ left: number, top: number, bottom: number }} Beside Where a row begins to be drawn, and its edges.
 * @typedef {{ width: number, height: number }} Size
 */

const GAP = 4; // pixels between a row and what is told of it

/**
 * A row's name as it is drawn.
 *
 * @param {Row} row
 */
export function title({ name, notes }) {
  return notes.length ? `${name} (${notes.join(", ")})` : name;
}

/**
 * A row as a screen reader says it.
 *
 * @param {Row} row
 * @param {readonly string[]} series
 */
export function say({ name, notes, bars }, series) {
  const numbers = bars.map(({ text }, place) => named(series[place], text));
  return `${[name, ...notes].join(", ")}: ${numbers.join(", ")}`;
}

/**
 * What is told of a row that somebody points at, several bars below each other.
 *
 * @param {Row} row
 * @param {readonly string[]} series
 */
export function tell(row, series) {
  const numbers = row.bars.map(({ exact }, place) => named(series[place], exact));
  return [`${title(row)}:`, ...numbers].join(numbers.length > 1 ? "\n" : " ");
}

/**
 * @param {string} of Empty where it needs no words.
 * @param {string} number
 */
function named(of, number) {
  return of ? `${of} ${number}` : number;
}

/**
 * How many letters wide the names are. Several notes are broken over two lines, so that bars begin at the same place
 * whether a class has one or two of them.
 *
 * @param {readonly Row[]} rows
 */
export function nameRoom(rows) {
  const longest = Math.max(...rows.map(({ name }) => name.length));
  const note = Math.max(...rows.flatMap(({ notes }) => notes.map(({ length }) => length)), 0);
  return longest + (note ? note + " ()".length : 0);
}

/**
 * Where a tip stands: below its row in the upper half, above it in the lower one, and never over the right edge.
 *
 * @param {Beside} row
 * @param {Size} tip
 * @param {Size} box What both stand in.
 */
export function placeTip(row, tip, box) {
  const isLow = row.top + row.bottom > box.height;
  return {
    left: Math.max(0, Math.min(row.left, box.width - tip.width)),
    top: isLow ? row.top - tip.height - GAP : row.bottom + GAP,
  };
}
