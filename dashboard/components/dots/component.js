import { create, find, keepOneTabStop } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { cutOf, joinsOf, layOut, leftOf, reachOf, spotsOf, ticksOf } from "./layout.js";
import { Tip } from "./tip.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Balance, Layout, Range, Row, Sizes, Spot } from "./layout.js"
 * @import { State } from "./tip.js"
 * @typedef {{ label: string, rows: Row[], balance: Balance | null, sizes: Sizes, isDense: boolean }} Data
 */

const TICKS = 5;

const stateOf = createRegistry(() => /** @type {State} */ ({ text: "", shown: "", before: "", isTouch: false }));

/** @param {Mounted<Data, { pressed: string }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  const text = JSON.stringify(data);
  if (state.text !== text) {
    state.text = text;
    draw(parentElement, state, data, (id) => setTriggerValue("pressed", id));
  }
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {Data} data
 * @param {(id: string) => void} report
 */
function draw(root, state, { label, rows, balance, sizes, isDense }, report) {
  const chart = find(root, ".chart", HTMLElement);
  const { shown } = state;
  const hadFocus = chart.contains(root.activeElement);
  const range = reachOf(rows, balance);
  const layout = layOut(rows, sizes, Boolean(balance));
  const spots = spotsOf(rows);
  const buttons = spots.map((spot) => createSpot(spot, rows[spot.row], range));
  const parts = rows.flatMap((row, place) => {
    const own = buttons.filter((_, other) => spots[other].row === place);
    const [line, track] = [layout.lines[place], createTrack(row, own, range)];
    track.style.gridRow = String(line);
    return [...createHead(row, line), track];
  });
  find(root, ".dots", HTMLElement).setAttribute("aria-label", label);
  chart.style.gridTemplateRows = layout.heights.map((height) => `${height}rem`).join(" ");
  chart.classList.toggle("dense", isDense);
  const ends = balance ? [createEnds(balance.ends)] : [];
  chart.replaceChildren(...ends, createField(rows, range, layout, balance), ...parts, createAxis(range, balance));
  const tip = new Tip(root, state, { spots, buttons, range, layout });
  tip.listen(report);
  const place = tip.names.indexOf(shown);
  keepOneTabStop(buttons, buttons[Math.max(place, 0)]);
  if (hadFocus) {
    buttons[Math.max(place, 0)].focus({ preventScroll: true });
  } else {
    tip.show(place);
  }
}

/**
 * What differences to either side say, above the rows.
 *
 * @param {readonly [string, string]} ends
 */
function createEnds([left, right]) {
  const ends = create("div", "ends");
  ends.append(create("span", "", `← ${left}`), create("span", "right", `${right} →`));
  return ends;
}

/**
 * The lines behind all rows: of the axis, of the rows, and from dot to dot; and the band of what does not matter.
 *
 * @param {readonly Row[]} rows
 * @param {Range} range
 * @param {Layout} layout
 * @param {Balance | null} balance
 */
function createField(rows, range, { centres, first, height, heights }, balance) {
  const field = create("div", "field");
  field.style.gridRow = `${first} / ${heights.length}`;
  /** @type {(name: string, from: number, top: number, to: number, bottom: number) => string} */
  const line = (name, from, top, to, bottom) =>
    `<line class="${name}" x1="${from}" y1="${top}" x2="${to}" y2="${bottom}"></line>`;
  const upright = ticksOf(range, TICKS).map(({ value }) => leftOf(value, range));
  const lines = [
    ...(balance ? [drawBand(balance.margin, range, height)] : []),
    ...upright.map((left) => line("grid", left, 0, left, height)),
    ...centres.map((centre) => line("grid", 0, centre, 100, centre)),
    ...(balance ? [line("zero", 50, 0, 50, height)] : []),
    ...joinsOf(rows).map(({ row, from, to }) =>
      line("join", leftOf(from, range), centres[row], leftOf(to, range), centres[row + 1]),
    ),
  ];
  field.innerHTML = `<svg aria-hidden="true" viewBox="0 0 100 ${height}" preserveAspectRatio="none">${lines.join("")}</svg>`;
  return field;
}

/**
 * @param {number} margin
 * @param {Range} range
 * @param {number} height
 */
function drawBand(margin, range, height) {
  const [left, right] = [leftOf(-margin, range), leftOf(margin, range)];
  return `<rect class="band" x="${left}" y="0" width="${right - left}" height="${height}"></rect>`;
}

/**
 * @param {Row} row
 * @param {number} line
 */
function createHead({ name, heading, note }, line) {
  const title = create("div", "name");
  title.style.gridRow = String(line);
  title.append(create("span", "", name));
  if (!heading) {
    return [title];
  }
  const above = create("div", "heading");
  above.append(create("b", "", heading), note && `, ${note}`);
  above.style.gridRow = String(line - 1);
  above.title = note ? `${heading}, ${note}` : heading;
  return [above, title];
}

/**
 * @param {Row} row
 * @param {readonly HTMLElement[]} spots
 * @param {Range} range
 */
function createTrack({ name, heading, colour, look, interval }, spots, range) {
  const track = create("div", `track ${look}`);
  track.setAttribute("role", "group");
  track.setAttribute("aria-label", heading ? `${heading}, ${name}` : name);
  track.style.setProperty("--row", colour);
  if (interval) {
    const { left, width, isCutLow, isCutHigh } = cutOf(interval, range);
    const line = create("div", `interval${isCutLow ? " cut-low" : ""}${isCutHigh ? " cut-high" : ""}`);
    Object.assign(line.style, { left: `${left}%`, width: `${width}%` });
    track.append(line);
  }
  track.append(...spots);
  return track;
}

/**
 * @param {Spot} spot
 * @param {Row} row
 * @param {Range} range
 */
function createSpot({ value, words, isMean }, { name }, range) {
  const spot = create("button", isMean ? "mean" : "dot");
  spot.type = "button";
  spot.setAttribute("aria-label", words || name);
  spot.style.left = `${leftOf(value, range)}%`;
  return spot;
}

/**
 * @param {Range} range
 * @param {Balance | null} balance
 */
function createAxis(range, balance) {
  const axis = create("div", "axis");
  axis.style.gridRow = "-2";
  axis.setAttribute("aria-hidden", "true");
  for (const { value, text } of ticksOf(range, TICKS, Boolean(balance))) {
    const tick = create("span", "", text);
    tick.style.left = `${leftOf(value, range)}%`;
    axis.append(tick);
  }
  return axis;
}
