/**
 * @typedef {{ name: string, says: string, words: string[], labels: string[] }} Term
 * @typedef {{ term: Term, start: number, end: number }} Mention
 * @typedef {{ find: (text: string) => Mention[], ofLabel: (label: string) => Term | undefined }} Finder
 */

/**
 * Finds the words of a glossary in text: whole words, in the singular or plural, the longest where several begin.
 *
 * @param {readonly Term[]} terms
 * @returns {Finder}
 */
export function createFinder(terms) {
  const spellings = new Map(terms.flatMap((term) => [term.name, ...term.words].map((word) => [fold(word), term])));
  const labels = new Map(terms.flatMap((term) => term.labels.map((label) => [label, term])));
  const words = terms.flatMap(({ name, words }) => [name, ...words]).sort((a, b) => b.length - a.length);
  const some = words.map(asPattern).join("|");
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(${some})(?:es|s)?(?![\\p{L}\\p{N}_])(?!-\\p{L})`, "gu");
  return {
    ofLabel: (label) => labels.get(label),
    find: (text) =>
      [...text.matchAll(pattern)].flatMap(({ 0: { length }, 1: word, index }) => {
        const term = spellings.get(fold(word));
        return term ? [{ term, start: index, end: index + length }] : [];
      }),
  };
}

/**
 * Terms whose name, spelling or explanation holds what is looked for; those whose name begins with it first.
 *
 * @param {readonly Term[]} terms
 * @param {string} wanted
 */
export function search(terms, wanted) {
  const part = fold(wanted.trim());
  const rank = (/** @type {Term} */ { name, words, says }) => {
    if (fold(name).startsWith(part)) {
      return 0;
    }
    return [name, ...words].some((word) => fold(word).includes(part)) ? 1 : fold(says).includes(part) ? 2 : 3;
  };
  return [0, 1, 2].flatMap((wantedRank) => terms.filter((term) => rank(term) === wantedRank));
}

/** @param {string} word */
function fold(word) {
  return word.toLowerCase().replace(/\s+/g, " ");
}

/**
 * A capital within a spelling is part of it; a small first letter may be a capital where a sentence begins.
 *
 * @param {string} word
 */
function asPattern(word) {
  const escaped = word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/ /g, "\\s+");
  const first = word[0];
  return first === first.toUpperCase() ? escaped : `[${first}${first.toUpperCase()}]${escaped.slice(1)}`;
}
