/** @typedef {{ planted: number[], flagged: number[], others: number[], names: string[] }} Revealed */

/**
 * What a tile says once the game is over.
 *
 * @param {number} place
 * @param {string} label As it was shown.
 * @param {Revealed} revealed
 * @returns {{ kind: "found" | "missed" | "alarm" | "plain", words: string, isOthers: boolean }}
 */
export function tell(place, label, { planted, flagged, others, names }) {
  const isPlanted = planted.includes(place);
  const isFlagged = flagged.includes(place);
  const kind = isPlanted ? (isFlagged ? "found" : "missed") : isFlagged ? "alarm" : "plain";
  const said = {
    found: `found: labelled ${label}, really ${names[place]}`,
    missed: `missed: labelled ${label}, really ${names[place]}`,
    alarm: `false alarm: ${label} is its label`,
    plain: label,
  }[kind];
  const isOthers = others.includes(place);
  return { kind, words: isOthers ? `${said}, doubted by the ranking` : said, isOthers };
}
