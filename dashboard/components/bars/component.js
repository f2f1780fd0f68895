import { create, find, keepOneTabStop } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { destination } from "../shared/walking.js";
import { nameRoom, placeTip, say, tell, title } from "./rows.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Row } from "./rows.js"
 * @typedef {{ label: string, series: string[], rows: Row[], sizes: { row: number, legend: number } }} Data In rem.
 * @typedef {{ sent: string, data: Data, told: number }} State `told` is the place of the row with a tip, or -1.
 */

/** @type {Data} */
const NOTHING = { label: "", series: [], rows: [], sizes: { row: 0, legend: 0 } };

const stateOf = createRegistry(() => /** @type {State} */ ({ sent: "", data: NOTHING, told: -1 }));

/** @param {Mounted<Data>} mounted */
export default function render({ data, parentElement }) {
  const state = stateOf(parentElement);
  const sent = JSON.stringify(data);
  if (state.sent === sent) {
    return;
  }
  const before = state.data.rows;
  Object.assign(state, { sent, data });
  const list = find(parentElement, "ul", HTMLUListElement);
  // From one class's value to another one's there is nothing to be followed.
  const areSame = data.rows.every(({ name }, place) => name === before[place]?.name);
  list.classList.toggle("moving", areSame);
  list.setAttribute("aria-label", data.label);
  list.style.setProperty("--names", `${nameRoom(data.rows)}ch`);
  const { style } = find(parentElement, ".bars", HTMLElement);
  style.setProperty("--row", `${data.sizes.row}rem`);
  style.setProperty("--legend", `${data.sizes.legend}rem`);
  drawLegend(find(parentElement, ".legend", HTMLElement), data);
  // Rows stay while there are as many: a new one would drop the keyboard, and the tip.
  if (list.childElementCount !== data.rows.length) {
    list.replaceChildren(...data.rows.map(createRow));
    listen(list, (place) => showTip(parentElement, state, place));
  }
  data.rows.forEach((row, place) => {
    fill(list.children[place], row, data.series);
  });
  showTip(parentElement, state, state.told < data.rows.length ? state.told : -1);
}

function createRow() {
  const row = create("li");
  const [name, drawn] = [create("span", "name"), create("span", "drawn")];
  name.ariaHidden = "true";
  drawn.ariaHidden = "true";
  row.append(create("span", "said"), name, drawn);
  return row;
}

/**
 * @param {HTMLUListElement} list
 * @param {(place: number) => void} show
 */
function listen(list, show) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  rows.forEach((row, place) => {
    row.onfocus = () => {
      keepOneTabStop(rows, row);
      show(place);
    };
    row.onblur = () => show(-1);
    row.onclick = () => row.focus({ preventScroll: true }); // a tap
    row.onpointerenter = ({ pointerType }) => pointerType === "mouse" && show(place);
    row.onkeydown = (event) => {
      const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey;
      const next = isPlain ? destination(event.key, place, rows.length, ["ArrowUp", "ArrowDown"]) : null;
      if (next !== null) {
        rows[next].focus();
      } else if (event.key === "Escape" && row.matches(".told")) {
        show(-1);
      } else {
        return;
      }
      event.preventDefault();
    };
  });
  list.onpointerleave = ({ pointerType }) =>
    pointerType === "mouse" && show(rows.findIndex((row) => row.matches(":focus-visible")));
  keepOneTabStop(rows, rows[0]);
}

/**
 * @param {Element} element
 * @param {Row} row
 * @param {readonly string[]} series
 */
function fill(element, row, series) {
  const words = say(row, series);
  element.classList.toggle("noted", row.notes.length > 0);
  element.setAttribute("aria-label", words);
  find(element, ".said", HTMLElement).textContent = words;
  find(element, ".name", HTMLElement).textContent = title(row);
  const drawn = find(element, ".drawn", HTMLElement);
  if (drawn.childElementCount !== row.bars.length) {
    drawn.replaceChildren(...row.bars.map(createLine));
  }
  row.bars.forEach(({ share, text, colour }, place) => {
    const bar = find(drawn.children[place], "i", HTMLElement);
    bar.style.setProperty("--share", String(share));
    bar.style.setProperty("--bar", colour);
    bar.classList.toggle("some", share > 0);
    find(drawn.children[place], "span", HTMLElement).textContent = text;
  });
}

function createLine() {
  const line = create("span", "line");
  line.append(create("i"), create("span"));
  return line;
}

/**
 * @param {HTMLElement} legend
 * @param {Data} data
 */
function drawLegend(legend, { series, rows }) {
  legend.hidden = series.length < 2;
  legend.replaceChildren(
    ...series.map((name, place) => {
      const swatch = create("i");
      swatch.style.background = rows[0].bars[place].colour;
      const entry = create("span");
      entry.append(swatch, name);
      return entry;
    }),
  );
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {number} place -1 for none.
 */
function showTip(root, state, place) {
  if (state.told < 0 && place < 0) {
    return;
  }
  state.told = place;
  const tip = find(root, ".tip", HTMLElement);
  const rows = [...root.querySelectorAll("li")];
  rows.forEach((row, at) => {
    row.classList.toggle("told", at === place);
  });
  tip.hidden = place < 0;
  if (place >= 0) {
    tip.textContent = tell(state.data.rows[place], state.data.series);
    const box = find(root, ".bars", HTMLElement).getBoundingClientRect();
    const row = rows[place].getBoundingClientRect();
    const { left } = find(rows[place], ".drawn", HTMLElement).getBoundingClientRect();
    const beside = { left: left - box.left, top: row.top - box.top, bottom: row.bottom - box.top };
    const spot = placeTip(beside, tip.getBoundingClientRect(), box);
    tip.style.translate = `${spot.left}px ${spot.top}px`;
  }
}
