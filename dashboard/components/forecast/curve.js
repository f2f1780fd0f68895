/**
 * A curve of whole per cents, one for each epoch; null before anything is drawn.
 *
 * @typedef {number[] | null} Curve
 * @typedef {[place: number, value: number]} Spot An epoch's place from 0, or one between two, and a value.
 */

const NEAR = 0.25; // of the way from one epoch to the next
const CHANCE = 10; // of ten classes, before the first epoch
const MOST_LABELS = 8;

/**
 * Sets one epoch. The first one ever set makes a whole curve: it rises from guessing to there, and stays.
 *
 * @param {Curve} curve
 * @param {number} numEpochs
 * @param {number} place From 0.
 * @param {number} value
 * @returns {number[]}
 */
export function setAt(curve, numEpochs, place, value) {
  const whole = clamp(value);
  if (!curve) {
    return Array.from({ length: numEpochs }, (_, epoch) =>
      epoch >= place ? whole : clamp(CHANCE + ((whole - CHANCE) * (epoch + 1)) / (place + 1)),
    );
  }
  return curve.map((old, epoch) => (epoch === place ? whole : old));
}

/**
 * Follows a pointer: sets each epoch that it passes, where it passes it, and one that it stays near.
 *
 * @param {Curve} curve
 * @param {number} numEpochs
 * @param {Spot} from
 * @param {Spot} to
 */
export function follow(curve, numEpochs, [start, low], [end, high]) {
  let drawn = curve;
  const [first, last] = [Math.ceil(Math.min(start, end)), Math.floor(Math.max(start, end))];
  for (let place = first; start !== end && place <= last; place += 1) {
    drawn = setAt(drawn, numEpochs, place, low + ((place - start) / (end - start)) * (high - low));
  }
  const nearest = Math.round(end);
  return Math.abs(end - nearest) <= NEAR ? setAt(drawn, numEpochs, nearest, high) : drawn;
}

/** @param {number} value */
export function clamp(value) {
  return Math.min(100, Math.max(0, Math.round(value)));
}

/**
 * Where an epoch lies between left and right, in per cent.
 *
 * @param {number} place
 * @param {number} numEpochs
 */
export function leftOf(place, numEpochs) {
  return (100 * place) / Math.max(numEpochs - 1, 1);
}

/**
 * What lies under a pointer.
 *
 * @param {number} left Share of the width, from the left.
 * @param {number} top Share of the height, from the top.
 * @param {number} numEpochs
 * @returns {Spot}
 */
export function under(left, top, numEpochs) {
  return [Math.min(numEpochs - 1, Math.max(0, left * (numEpochs - 1))), clamp(100 * (1 - top))];
}

/**
 * The epochs that are named below, from 1: all where there is room, else evenly spaced ones.
 *
 * @param {number} numEpochs
 */
export function labels(numEpochs) {
  const step = [1, 2, 5, 10, 20, 50].find((size) => numEpochs / size <= MOST_LABELS) ?? 100;
  const all = Array.from({ length: numEpochs }, (_, place) => place + 1);
  return all.filter((epoch) => epoch % step === 0 || step === 1);
}

/**
 * What a key does to a point: its epoch, and its value; null where it does nothing.
 *
 * @param {{ key: string }} pressed
 * @param {number} place
 * @param {number} value
 * @param {number} numEpochs
 * @returns {[place: number, value: number] | null}
 */
export function move({ key }, place, value, numEpochs) {
  /** @type {Record<string, [number, number]>} */
  const moves = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
    PageUp: [0, 10],
    PageDown: [0, -10],
    Home: [0, -100],
    End: [0, 100],
  };
  const by = moves[key];
  if (!by) {
    return null;
  }
  return [Math.min(numEpochs - 1, Math.max(0, place + by[0])), clamp(value + by[1])];
}

/** @param {Curve} curve */
export function write(curve) {
  return curve ? curve.join(".") : "";
}
