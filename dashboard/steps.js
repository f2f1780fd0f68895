/**
 * One step of the browser's history for each that somebody takes.
 *
 * Streamlit makes a step whenever the server changes the address. What one press changes comes as several of them: an
 * image and the page of the list that holds it, each filter that is taken off. Who leaves a page first has taken out of
 * its address what its widgets have put there, or put there what a link carries, and the page that opens adds what it
 * goes without saying. Back would lead to what nobody ever chose, or seem to do nothing. A step is taken by whoever
 * clicks or presses a key; what is added or taken out without either is part of it.
 */

const ACTS = ["pointerdown", "keydown", "click", "popstate"];

/** Judges changes of the address, in their order. */
export class Steps {
  #hasActed = false;
  #hasEmptied = false;
  #hasMoved = false;

  /** Somebody does something: what comes now is theirs. */
  act() {
    this.#hasActed = true;
    this.#hasEmptied = false;
    this.#hasMoved = false;
  }

  /**
   * @param {URL} before
   * @param {URL} after
   * @returns {boolean} Whether the change is part of the step that was taken last.
   */
  isPart(before, after) {
    const isSamePage = before.pathname === after.pathname;
    const isLess = isSamePage && holds(before, after);
    const isLeaving = this.#hasEmptied || (this.#hasMoved && before.search === after.search);
    const isPart = isSamePage ? !this.#hasActed && (isLess || holds(after, before)) : isLeaving;
    this.#hasEmptied = isLess && (this.#hasEmptied || !isPart);
    this.#hasMoved = isSamePage && (this.#hasMoved || !isPart);
    this.#hasActed = false;
    return isPart;
  }
}

/**
 * Whether an address has all that another one has, and perhaps more.
 *
 * @param {URL} all
 * @param {URL} some
 */
function holds(all, some) {
  return [...some.searchParams].every(([name, value]) => all.searchParams.getAll(name).includes(value));
}

/**
 * Lets each step of a window's history be one that somebody took. Before Streamlit's scripts.
 *
 * @param {Window} window
 */
export function keepSteps(window) {
  const { history, location } = window;
  const steps = new Steps();
  const push = history.pushState.bind(history);
  for (const kind of ACTS) {
    window.addEventListener(kind, () => steps.act(), true);
  }
  history.pushState = (state, unused, url) => {
    const before = new URL(location.href);
    if (steps.isPart(before, new URL(url ?? before, before))) {
      history.replaceState(state, unused, url);
    } else {
      push(state, unused, url);
    }
  };
}
