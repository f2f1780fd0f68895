/**
 * Where points lie on the screen: x to the right in both, y upwards in the data and downwards on the screen.
 *
 * @typedef {[number, number]} Point
 * @typedef {{ width: number, height: number }} Size In CSS pixels.
 * @typedef {{ left: number, right: number, bottom: number, top: number }} Bounds In the data's numbers.
 * @typedef {{ centre: Point, bounds: Bounds, zoom: number }} View The bounds fill the screen at zoom 1.
 */

const MARGIN = 0.95;
const ZOOMS = { least: 0.5, most: 60 };

/**
 * The view that holds all points.
 *
 * @param {ArrayLike<number>} positions x and y of each point in turn.
 * @returns {View}
 */
export function fit(positions) {
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (let place = 0; place < positions.length; place += 2) {
    bounds.left = Math.min(bounds.left, positions[place]);
    bounds.right = Math.max(bounds.right, positions[place]);
    bounds.bottom = Math.min(bounds.bottom, positions[place + 1]);
    bounds.top = Math.max(bounds.top, positions[place + 1]);
  }
  return { centre: [(bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2], bounds, zoom: 1 };
}

/**
 * CSS pixels to one of the data's numbers; the same in both directions.
 *
 * @param {View} view
 * @param {Size} size
 */
export function scaleOf({ bounds, zoom }, size) {
  const fits = Math.min(
    size.width / (bounds.right - bounds.left || 1),
    size.height / (bounds.top - bounds.bottom || 1),
  );
  return MARGIN * zoom * fits;
}

/**
 * @param {View} view
 * @param {Size} size
 * @returns {(x: number, y: number) => Point}
 */
export function toScreen(view, size) {
  const scale = scaleOf(view, size);
  return (x, y) => [size.width / 2 + (x - view.centre[0]) * scale, size.height / 2 - (y - view.centre[1]) * scale];
}

/**
 * @param {View} view
 * @param {Size} size
 * @returns {(left: number, top: number) => Point}
 */
export function fromScreen(view, size) {
  const scale = scaleOf(view, size);
  return (left, top) => [
    view.centre[0] + (left - size.width / 2) / scale,
    view.centre[1] - (top - size.height / 2) / scale,
  ];
}

/**
 * @param {View} view
 * @param {Size} size
 * @param {Point} point On the screen; what lies there stays there.
 * @param {number} factor
 * @returns {View}
 */
export function zoomAt(view, size, point, factor) {
  const zoomed = { ...view, zoom: Math.min(ZOOMS.most, Math.max(ZOOMS.least, view.zoom * factor)) };
  const [before, after] = [view, zoomed].map((part) => fromScreen(part, size)(...point));
  return { ...zoomed, centre: [view.centre[0] + before[0] - after[0], view.centre[1] + before[1] - after[1]] };
}

/**
 * @param {View} view
 * @param {Size} size
 * @param {Point} by Pixels to the right and downwards by which the points move.
 * @returns {View}
 */
export function moveBy(view, size, [right, down]) {
  const scale = scaleOf(view, size);
  return { ...view, centre: [view.centre[0] - right / scale, view.centre[1] + down / scale] };
}
