import { create } from "../shared/elements.js";
import { writeNumber, writeValue } from "../shared/scales.js";
import { EDGES, writeBand } from "./chart.js";

/**
 * What stands in words on a chart: its legend, and the values where somebody points.
 *
 * @import { Chart, readValues } from "./chart.js"
 */

/**
 * @param {HTMLElement} element
 * @param {Chart} chart
 */
export function drawLegend(element, { lines, has_legend: hasLegend }) {
  const named = hasLegend ? lines : [];
  element.replaceChildren(
    ...named.map(({ name, colour, is_dotted: isDotted }) => {
      const dash = create("i");
      dash.style.color = colour;
      dash.classList.toggle("dotted", isDotted);
      const entry = create("span");
      entry.append(dash, name);
      return entry;
    }),
  );
}

/**
 * @param {HTMLElement} tip
 * @param {string} heading
 * @param {ReturnType<typeof readValues>} rows
 * @param {Chart} chart
 */
export function tellValues(tip, heading, rows, { is_share: isShare, unit }) {
  const lines = rows.map(({ line, y, raw, band }) => {
    const dot = create("i");
    dot.style.background = line.colour;
    const row = create("div");
    row.append(dot, `${line.name} ${writeValue(y, isShare, unit)}`);
    if (band) {
      row.append(create("small", "", ` ${writeBand(band, isShare)}`));
    }
    if (raw !== null) {
      row.append(create("small", "", ` measured ${isShare ? writeValue(raw, true) : writeNumber(raw)}`));
    }
    return row;
  });
  tip.replaceChildren(create("div", "", heading), ...lines);
}

/**
 * @param {HTMLElement} tip
 * @param {number} left
 * @param {number} width
 */
export function placeTip(tip, left, width) {
  const isRight = left > width / 2;
  tip.style.left = isRight ? "" : `${left + 10}px`;
  tip.style.right = isRight ? `${width - left + 10}px` : "";
  tip.style.top = `${EDGES.top}px`;
}
