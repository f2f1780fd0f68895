/**
 * Which images of each gallery somebody ticked: kept here, beyond the page of the gallery that shows them just now, and
 * reported whole whenever one is added or taken away.
 *
 * A round begins when the server wants none ticked any more. What is reported names its round, so that ticks that were
 * on their way when it began count for nothing.
 *
 * @typedef {{ round: number, ids: number[] }} Ticked
 * @typedef {{ round: number, ids: Set<number>, hear: () => void }} Book
 */

export function createTicks() {
  /** @type {Map<string, Book>} */
  const books = new Map();
  /** @param {string} gallery */
  const open = (gallery) => {
    const book = books.get(gallery) ?? { round: 0, ids: new Set(), hear: () => {} };
    books.set(gallery, book);
    return book;
  };
  return {
    /**
     * @param {string} gallery
     * @param {number} id
     */
    has: (gallery, id) => open(gallery).ids.has(id),
    /** @param {string} gallery */
    count: (gallery) => open(gallery).ids.size,
    /**
     * What the server is told.
     *
     * @param {string} gallery
     * @returns {Ticked}
     */
    report(gallery) {
      const { round, ids } = open(gallery);
      return { round, ids: [...ids] };
    },
    /**
     * Ticks an image, or takes its tick away.
     *
     * @param {string} gallery
     * @param {number} id
     */
    toggle(gallery, id) {
      const { ids, hear } = open(gallery);
      if (!ids.delete(id)) {
        ids.add(id);
      }
      hear();
    },
    /**
     * Ticks several images, or takes their ticks away.
     *
     * @param {string} gallery
     * @param {readonly number[]} several
     * @param {boolean} isTicked
     */
    put(gallery, several, isTicked) {
      const { ids, hear } = open(gallery);
      for (const id of several) {
        isTicked ? ids.add(id) : ids.delete(id);
      }
      hear();
    },
    /**
     * Begins a round with none ticked, unless it is the one that goes on.
     *
     * @param {string} gallery
     * @param {number} round
     */
    begin(gallery, round) {
      const book = open(gallery);
      if (book.round !== round) {
        book.round = round;
        book.ids.clear();
        book.hear();
      }
    },
    /**
     * Lets a gallery hear when its ticks change.
     *
     * @param {string} gallery
     * @param {() => void} hear
     */
    follow(gallery, hear) {
      open(gallery).hear = hear;
    },
  };
}

/** Those of this page. */
export const ticks = createTicks();
