/**
 * A generator of numbers from 0 to 1, the same ones each time: a test that fails has to fail again.
 *
 * @param {number} seed
 */
export function createDraws(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * @param {() => number} draw
 * @param {number} low
 * @param {number} high
 */
export function between(draw, low, high) {
  return low + draw() * (high - low);
}

/**
 * @param {number} count
 * @param {() => number} draw
 */
export function drawPositions(count, draw) {
  return Float32Array.from({ length: 2 * count }, () => between(draw, -50, 80));
}
