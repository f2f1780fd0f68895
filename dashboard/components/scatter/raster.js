import { parseColour } from "../shared/colours.js";

/**
 * Points and pictures painted into the pixels of a canvas as whole numbers. Where no GPU draws, and on two cores in a
 * browser's test, that is faster than any way through its drawing interfaces; benchmarks/README.md has the figures.
 *
 * @typedef {{ pixels: Uint32Array, width: number, height: number }} Sheet Of each pixel red, green, blue and opacity.
 * @typedef {{ left: number, top: number, scale: number }} Placing Where the grid's corner lies, its y pointing upwards,
 *   and how many pixels one of its steps is.
 */

/**
 * A colour as a sheet holds it.
 *
 * @param {string} colour #rrggbb
 * @param {number} opacity From 0 to 1.
 */
export function toPixel(colour, opacity) {
  const [red, green, blue] = parseColour(colour);
  return ((Math.round(255 * opacity) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Paints points as discs; what would reach over an edge of the sheet is left out.
 *
 * @param {Sheet} sheet
 * @param {Uint16Array} grid x and y of each point in turn.
 * @param {Placing} placing
 * @param {number} side Pixels across a disc.
 * @param {Uint8Array} groups
 * @param {Uint32Array} colours Of the groups.
 * @param {(place: number) => boolean} isShown
 */
export function paintPoints(sheet, grid, { left, top, scale }, side, groups, colours, isShown) {
  const { pixels, width, height } = sheet;
  const rows = rowsOfDisc(side);
  const [atLeft, atTop] = [left - side / 2 + 0.5, top - side / 2 + 0.5];
  for (let place = 0; place < groups.length; place += 1) {
    const x = Math.floor(atLeft + grid[2 * place] * scale);
    const y = Math.floor(atTop - grid[2 * place + 1] * scale);
    if (x >= 0 && y >= 0 && x + side <= width && y + side <= height && isShown(place)) {
      const colour = colours[groups[place]];
      let row = y * width + x;
      for (let line = 0; line < side; line += 1) {
        const inset = rows[line];
        for (let pixel = row + inset; pixel < row + side - inset; pixel += 1) {
          pixels[pixel] = colour;
        }
        row += width;
      }
    }
  }
}

/**
 * How far each row of a disc stays away from its square's edges.
 *
 * @param {number} side Pixels across.
 */
export function rowsOfDisc(side) {
  const radius = side / 2;
  return Uint8Array.from({ length: side }, (_, line) => {
    const away = Math.abs(line + 0.5 - radius);
    return side < 4 ? 0 : Math.round(radius - Math.sqrt(radius * radius - away * away));
  });
}

/**
 * Paints a picture in a frame of a colour, as much of it as is on the sheet.
 *
 * @param {Sheet} sheet
 * @param {Picture} picture
 * @param {number} x Of its middle.
 * @param {number} y
 * @param {number} side Pixels across, without the frame.
 * @param {number} frame Pixels of the frame.
 * @param {number} colour Of the frame.
 */
export function paintPicture({ pixels, width, height }, picture, x, y, side, frame, colour) {
  const whole = side + 2 * frame;
  const [left, top] = [Math.floor(x - whole / 2), Math.floor(y - whole / 2)];
  const { data, across } = side < 24 ? picture.half : picture.full;
  for (let line = Math.max(0, -top); line < Math.min(whole, height - top); line += 1) {
    const row = (top + line) * width + left;
    const isEdge = line < frame || line >= whole - frame;
    const from = Math.floor(((line - frame) * across) / side) * across;
    for (let column = Math.max(0, -left); column < Math.min(whole, width - left); column += 1) {
      const isFrame = isEdge || column < frame || column >= whole - frame;
      pixels[row + column] = isFrame ? colour : data[from + Math.floor(((column - frame) * across) / side)];
    }
  }
}

/**
 * @typedef {{ data: Uint32Array, across: number }} Pixels Of a square picture, row by row.
 * @typedef {{ full: Pixels, half: Pixels }} Picture As it is, and with each four pixels made one.
 */

/**
 * @param {Uint32Array} data Its pixels.
 * @param {number} across
 * @returns {Picture}
 */
export function createPicture(data, across) {
  const side = across / 2;
  const half = new Uint32Array(side * side);
  for (let place = 0; place < half.length; place += 1) {
    const at = 2 * Math.floor(place / side) * across + 2 * (place % side);
    half[place] = mean([data[at], data[at + 1], data[at + across], data[at + across + 1]]);
  }
  return { full: { data, across }, half: { data: half, across: side } };
}

/** @param {number[]} colours */
function mean(colours) {
  const parts = [0, 8, 16].map((shift) => {
    const sum = colours.reduce((total, colour) => total + ((colour >>> shift) & 255), 0);
    return Math.round(sum / colours.length) << shift;
  });
  return (0xff000000 | parts[0] | parts[1] | parts[2]) >>> 0;
}
