import { handlesOf, reachOf, writeOn } from "./axes.js";

/** @import { Axis, Brushes, Layout } from "./axes.js" */

const WIDEST = 124; // pixels of a title
const BEYOND = 6; // pixels that a handle stands outside of what it selects
const BESIDE = 0.4; // of a choice's room: so that both handles of one choice can be grasped

/**
 * @param {HTMLElement} box
 * @param {Layout} layout
 * @param {number} width Of all.
 */
export function placeTitles(box, { isLying, spots }, width) {
  const room = spots.length > 1 ? spots[1] - spots[0] : width;
  const wide = Math.min(WIDEST, room - 8);
  for (const [place, title] of /** @type {HTMLElement[]} */ ([...box.children]).entries()) {
    title.style.width = isLying ? "calc(100% - 28px)" : `${wide}px`;
    title.style.left = isLying ? "14px" : `${spots[place] - wide / 2}px`;
    title.style.top = isLying ? `${spots[place] - 33}px` : "0";
  }
}

/**
 * @param {readonly HTMLElement[]} handles Two an axis, the low one first.
 * @param {readonly Axis[]} axes
 * @param {Brushes} brushes
 * @param {Layout} layout
 */
export function placeHandles(handles, axes, brushes, layout) {
  handles.forEach((handle, index) => {
    const [place, end] = [index >> 1, index & 1];
    const axis = axes[place];
    const ends = handlesOf(axis, brushes[axis.key]);
    const at = pixelOf(axis, place, ends[end], end, layout);
    handle.style.left = `${layout.isLying ? at : layout.spots[place]}px`;
    handle.style.top = `${layout.isLying ? layout.spots[place] : at}px`;
    handle.classList.toggle("moved", Boolean(brushes[axis.key]));
    const [least, most] = reachOf(axis);
    handle.setAttribute("aria-orientation", layout.isLying ? "horizontal" : "vertical");
    handle.setAttribute("aria-valuemin", String(end ? ends[0] : least));
    handle.setAttribute("aria-valuemax", String(end ? most : ends[1]));
    handle.setAttribute("aria-valuenow", String(ends[end]));
    handle.setAttribute("aria-valuetext", writeOn(axis, ends[end]));
  });
}

/**
 * @param {Axis} axis
 * @param {number} place
 * @param {number} value
 * @param {number} end 0 or 1
 * @param {Layout} layout
 */
function pixelOf({ choices }, place, value, end, { scales, ends: [first, last] }) {
  const outwards = end ? 1 : -1;
  if (choices.length) {
    return scales[place].to(value + outwards * BESIDE);
  }
  return scales[place].to(value) + outwards * BEYOND * Math.sign(last - first);
}
