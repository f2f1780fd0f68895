/**
 * Where the words of a glossary stand on a page, found without touching it.
 *
 * @import { Finder, Term } from "./finding.js"
 * @typedef {{ term: Term, node: Text, start: number, end: number }} Place
 */

const LABEL = '[data-testid="stWidgetLabel"]';
// What holds no words to read. Streamlit hides its labels from screen readers, which hear the box's own name.
const SILENT =
  'script, style, noscript, template, iframe, textarea, code, pre, [hidden], [data-testid="stIconMaterial"]';
// A click there has a meaning of its own, or it is the title of the page.
const BUSY =
  "h1, h2, a, button, input, select, summary, svg, canvas, label:has(input), [contenteditable], [role=button], [role=option], " +
  "[role=tab], [role=radio], [role=checkbox], [role=switch], [role=link], [role=combobox], [role=menuitem], [role=img], " +
  '[class*="st-key-step_"]'; // a card of Overview, all of which is its link

/**
 * The first place of each term at which it can be tapped, in the order of the page.
 *
 * @param {Element} root
 * @param {Finder} finder
 * @returns {Place[]}
 */
export function findPlaces(root, finder) {
  /** @type {Map<Term, Place>} */
  const places = new Map();
  for (const node of textsOf(root, false)) {
    for (const { term, start, end } of mentionsOf(node, finder)) {
      if (!places.has(term) && node.parentElement?.checkVisibility()) {
        places.set(term, { term, node, start, end });
      }
    }
  }
  return [...places.values()];
}

/**
 * The terms that a page shows anywhere, in buttons, charts and tables, too.
 *
 * @param {Element} root
 * @param {Finder} finder
 * @returns {Set<Term>}
 */
export function findTerms(root, finder) {
  /** @type {Set<Term>} */
  const terms = new Set();
  for (const node of textsOf(root, true)) {
    for (const { term } of mentionsOf(node, finder)) {
      // What is drawn on a canvas has its words within, where nobody sees them.
      if (!terms.has(term) && (node.parentElement?.closest("canvas") ?? node.parentElement)?.checkVisibility()) {
        terms.add(term);
      }
    }
  }
  return terms;
}

/**
 * @param {Text} node
 * @param {Finder} finder
 */
function mentionsOf(node, finder) {
  const { data } = node;
  const label = node.parentElement?.closest(LABEL) ? finder.ofLabel(data.trim()) : undefined;
  if (label) {
    return [{ term: label, start: 0, end: data.length }];
  }
  return finder.find(data);
}

/**
 * @param {Node} root
 * @param {boolean} isAll Whether words count at which a click means something else, and those of components.
 * @returns {Generator<Text>}
 */
function* textsOf(root, isAll) {
  const skipped = isAll ? SILENT : `${SILENT}, ${BUSY}`;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element && node.matches(skipped) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) {
      yield node;
    } else if (isAll && node instanceof Element && node.shadowRoot) {
      yield* textsOf(node.shadowRoot, true);
    }
  }
}
