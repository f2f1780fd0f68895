/**
 * Returns a function that gives each element a state of its own: a component is called anew with every change of data
 * or theme, and what somebody chose or zoomed has to outlive that.
 *
 * @template State
 * @param {() => State} create The state of an element that is new.
 * @returns {(element: Node) => State}
 */
export function createRegistry(create) {
  /** @type {WeakMap<Node, State>} */
  const states = new WeakMap();
  return (element) => {
    const known = states.get(element);
    if (known !== undefined) {
      return known;
    }
    const state = create();
    states.set(element, state);
    return state;
  };
}

/**
 * Returns a function that takes a turn for an element, and then tells whether no later turn was taken for it: what
 * waited for a picture to be decoded may be out of date by then.
 *
 * @returns {(element: Node) => () => boolean}
 */
export function createTurns() {
  const lastOf = createRegistry(() => ({ turn: 0 }));
  return (element) => {
    const last = lastOf(element);
    last.turn += 1;
    const { turn } = last;
    return () => turn === last.turn;
  };
}
