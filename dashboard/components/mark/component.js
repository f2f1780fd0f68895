import { marks } from "../shared/marks.js";
import { ticks } from "../shared/ticks.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 */

/** @param {Mounted<{ gallery: string, selected?: number | null, round: number }>} mounted */
export default function render({ data }) {
  if (data.selected !== undefined) {
    marks.set(data.gallery, data.selected);
  }
  ticks.begin(data.gallery, data.round);
}
