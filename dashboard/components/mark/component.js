import { marks } from "../shared/marks.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 */

/** @param {Mounted<{ gallery: string, selected: number | null }>} mounted */
export default function render({ data }) {
  marks.set(data.gallery, data.selected);
}
