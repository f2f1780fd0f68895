/**
 * Which image each gallery marks, said by whoever holds the choice. A message of its own: a gallery's is as large as its
 * pictures, and need not be sent again for a mark that moves.
 *
 * @typedef {(selected: number | null) => void} Move
 */

export function createMarks() {
  /** @type {Map<string, number | null>} */
  const chosen = new Map();
  /** @type {Map<string, Move>} */
  const moves = new Map();
  return {
    /**
     * Says what a gallery marks, which may not be there yet.
     *
     * @param {string} gallery
     * @param {number | null} selected
     */
    set(gallery, selected) {
      chosen.set(gallery, selected);
      moves.get(gallery)?.(selected);
    },
    /**
     * Lets a gallery hear of its mark, from now on and at once if it was said already.
     *
     * @param {string} gallery
     * @param {Move} move
     */
    follow(gallery, move) {
      moves.set(gallery, move);
      if (chosen.has(gallery)) {
        move(chosen.get(gallery) ?? null);
      }
    },
  };
}

/** Those of this page. */
export const marks = createMarks();
