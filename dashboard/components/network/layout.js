/**
 * @typedef {{ label: string, kind: string, channels: number, side: number, layers: string[], parameters: number }} Box
 * @typedef {{ left: number, wide: number, high: number, right: number, up: number }} Solid A front that stands on the
 *   ground, from `left`, and how far its back lies to the right and up. All in pixels.
 * @typedef {{ text: string, from: number, to: number, isRepeat?: boolean }} Label What stands below some boxes, between
 *   their edges.
 * @typedef {Label & { left: number }} Placed `left` is the middle of its text.
 */

const IMAGE = 32; // the side of what goes in, which is as high as anything
const DEPTH = { share: 0.35, right: 0.7, up: 0.45 }; // a square seen from its right and from above
const TALLEST = IMAGE * (1 + DEPTH.share * DEPTH.up);
const LEAST = { box: { wide: 4, gap: 3 }, bar: { wide: 4, gap: 9 } }; // a bar alone is narrower than its number
const LEAST_SLANT = 0.45; // of its depth is seen where boxes stand close: the next one hides the rest
const MOST_GAP = 30; // beside the depth
const LETTERS = { digit: 0.5, other: 0.3 }; // how wide, of their height

/**
 * Stands boxes beside one another: as high as the resolution and as thick as there are channels, or bars that are as
 * high as there are features.
 *
 * @param {readonly Box[]} boxes
 * @param {{ width: number, height: number }} room
 * @returns {Solid[]}
 */
export function stand(boxes, { width, height }) {
  const sizes = boxes.map((box) => sizeOf(box, height / TALLEST));
  const last = sizes.at(-1) ?? { gap: 0, right: 0 };
  const least = sum(sizes, ({ wide, gap }) => wide + gap) - last.gap;
  const natural = sum(sizes, ({ thick, right }) => thick + right);
  const overhang = LEAST_SLANT * last.right; // nothing hides it
  const scale = Math.max(0, Math.min(1, (width - least - overhang) / natural));
  const tight = Math.min(1, (width - overhang) / least);
  const more = Math.max(0, Math.min(MOST_GAP, (width - least - overhang - scale * natural) / boxes.length));
  const slant = Math.max(scale, LEAST_SLANT);
  const taken = tight * least + scale * natural + (slant - scale) * last.right + more * (boxes.length - 1);
  let left = Math.max(0, (width - taken) / 2);
  return sizes.map(({ wide, gap, thick, high, right, up }) => {
    const solid = { left, wide: tight * wide + scale * thick, high, right: slant * right, up: slant * up };
    left += solid.wide + tight * gap + scale * right + more;
    return solid;
  });
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => number} measure
 */
function sum(items, measure) {
  return items.reduce((total, item) => total + measure(item), 0);
}

/**
 * @param {Box} box
 * @param {number} unit Pixels on the screen for one of the image.
 */
function sizeOf({ channels, side }, unit) {
  const doublings = Math.log2(Math.max(channels, 1));
  const isBar = side <= 1;
  const high = unit * (isBar ? Math.min(IMAGE, 4 + 2.2 * doublings) : side);
  const depth = isBar ? 3 * unit : DEPTH.share * high;
  const thick = unit * (isBar ? 1.5 : 2.2 * doublings);
  return { ...LEAST[isBar ? "bar" : "box"], high, thick, right: DEPTH.right * depth, up: DEPTH.up * depth };
}

/**
 * The channels below each box; where that is too much, once for neighbours of one shape.
 *
 * @param {readonly Box[]} boxes
 * @param {readonly Solid[]} solids
 * @param {number} width
 * @param {number} letter How high a letter is, in pixels.
 */
export function placeChannels(boxes, solids, width, letter) {
  const labels = boxes.map(({ channels, label }, place) => ({
    text: String(channels),
    from: solids[place].left,
    to: solids[place].left + solids[place].wide,
    isRepeat: boxes[place - 1]?.label === label,
  }));
  const all = placeAll(labels, width, letter);
  if (thin(all, letter).length === all.length) {
    return all;
  }
  const ends = [...all.slice(-1), ...all.slice(0, -1)]; // what comes out is kept before all others
  return thin(
    ends.filter(({ isRepeat }) => !isRepeat),
    letter,
  );
}

/**
 * The resolutions, each below all neighbours that have it; vectors have none.
 *
 * @param {readonly Box[]} boxes
 * @param {readonly Solid[]} solids
 * @param {number} width
 * @param {number} letter
 * @returns {Placed[]} With an empty text where there is no room for it.
 */
export function placeSides(boxes, solids, width, letter) {
  /** @type {Label[]} */
  const labels = [];
  boxes.forEach(({ label }, place) => {
    const text = label.split(" x ").slice(1).join(" x ");
    const last = labels.at(-1);
    const to = solids[place].left + solids[place].wide;
    if (last?.text === text) {
      last.to = to;
    } else {
      labels.push({ text, from: solids[place].left, to });
    }
  });
  const placed = placeAll(
    labels.filter(({ text }) => text),
    width,
    letter,
  );
  const kept = new Set(
    thin(
      placed.toSorted((one, other) => other.to - other.from - (one.to - one.from)),
      letter,
    ),
  );
  return placed.map((label) => (kept.has(label) ? label : { ...label, text: "" }));
}

/**
 * Middles below what they belong to, and nothing beyond an edge.
 *
 * @param {readonly Label[]} labels
 * @param {number} width
 * @param {number} letter
 * @returns {Placed[]}
 */
function placeAll(labels, width, letter) {
  return labels.map((label) => {
    const half = widthOf(label.text, letter) / 2;
    return { ...label, left: Math.max(half, Math.min(width - half, (label.from + label.to) / 2)) };
  });
}

/**
 * Leaves out what would touch one that comes before it in the list.
 *
 * @param {readonly Placed[]} placed
 * @param {number} letter
 */
function thin(placed, letter) {
  /** @type {Placed[]} */
  const kept = [];
  for (const label of placed) {
    const touches = kept.some(
      ({ text, left }) =>
        Math.abs(left - label.left) < (widthOf(text, letter) + widthOf(label.text, letter)) / 2 + 0.35 * letter,
    );
    if (!touches) {
      kept.push(label);
    }
  }
  return kept;
}

/**
 * @param {string} text
 * @param {number} letter
 */
function widthOf(text, letter) {
  const digits = text.replaceAll(/\D/g, "").length;
  return letter * (digits * LETTERS.digit + (text.length - digits) * LETTERS.other);
}
