import { namedColour, pageColour, parseColour } from "../shared/colours.js";
import { create, createButton, find, keepOneTabStop, origin } from "../shared/elements.js";
import { marks } from "../shared/marks.js";
import { isSame, unpack } from "../shared/message.js";
import { sequential } from "../shared/ramps.js";
import { createCanvas, paintPictures } from "../shared/sprite.js";
import { createRegistry } from "../shared/state.js";
import { destination, spans } from "./places.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ text: string, strength: number, title: string }} Cell
 * @typedef {{ name: string, group: string, title: string, note: string }} Row
 * @typedef {{ name: string, label: string, columns: string[], rows: Row[], heat: Cell[][], legend: string[],
 *   noteTitle: string, hasPictures: boolean }} Header
 * @typedef {{ bytes: Uint8Array | null, page: string }} State
 */

const MANY = 6; // columns from which on their names may stand upright

/** What was drawn, so that a rerun with the same message draws nothing. */
const stateOf = createRegistry(() => /** @type {State} */ ({ bytes: null, page: "" }));

/** @param {Mounted<Uint8Array, { clicked: number }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  const table = find(parentElement, "table", HTMLTableElement);
  const page = pageColour(table).join();
  if (isSame(state.bytes, data) && state.page === page) {
    return;
  }
  Object.assign(state, { bytes: data, page });
  /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
  const { header, rest } = unpack(data);
  table.setAttribute("aria-label", header.label);
  table.classList.toggle("many", header.columns.length >= MANY);
  table.replaceChildren(createHead(header), createBody(header, table));
  drawLegend(parentElement, header.legend);
  listen(table, header, (place) => setTriggerValue("clicked", place));
  if (header.hasPictures) {
    paintPictures(table, rest, header.columns.length);
  }
}

/**
 * @param {HTMLTableElement} table
 * @param {Header} header
 * @param {(place: number) => void} report
 */
function listen(table, header, report) {
  const buttons = [...table.querySelectorAll("button")];
  keepOneTabStop(buttons, buttons[0]);
  marks.follow(header.name, (selected) => {
    buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", String(place === selected));
    });
    if (!buttons.some((button) => button.matches(":focus"))) {
      keepOneTabStop(buttons, buttons[selected ?? 0] ?? buttons[0]);
    }
  });
  /** @param {Event} event */
  const placeOf = (event) => {
    const button = origin(event, "button");
    return button instanceof HTMLButtonElement ? buttons.indexOf(button) : -1;
  };
  table.onclick = (event) => {
    const place = placeOf(event);
    if (place >= 0) {
      report(place);
    }
  };
  table.onkeydown = (event) => {
    const next = destination(event.key, placeOf(event), header.columns.length, buttons.length);
    if (next !== null) {
      event.preventDefault();
      keepOneTabStop(buttons, buttons[next]);
      buttons[next].focus();
    }
  };
}

/** @param {Header} header */
function createHead({ columns, noteTitle }) {
  const head = create("thead");
  const row = head.insertRow();
  row.append(create("td", "group"), create("td", "head")); // corners head nothing
  for (const name of columns) {
    row.append(createTitle(name, "", "col"));
  }
  if (noteTitle) {
    row.append(createTitle(noteTitle, "note", "col"));
  }
  return head;
}

/**
 * @param {string} name
 * @param {string} className
 * @param {"col" | "row" | "rowgroup"} scope
 */
function createTitle(name, className, scope) {
  const title = create("th", className);
  title.scope = scope;
  title.append(create("span", "", name));
  return title;
}

/**
 * @param {Header} header
 * @param {Element} element Where colours are read.
 */
function createBody({ rows, heat, noteTitle, hasPictures }, element) {
  const body = create("tbody");
  const paintCell = createPainter(element);
  const heights = spans(rows.map((row) => row.group));
  rows.forEach((row, place) => {
    const line = body.insertRow();
    if (heights[place]) {
      line.className = place ? "first" : "";
      const group = createTitle(row.group, "group", "rowgroup");
      group.rowSpan = heights[place];
      line.append(group);
    }
    const head = createTitle(row.name, "head", "row");
    head.title = row.title;
    line.append(head, ...heat[place].map((cell) => createCell(cell, hasPictures, paintCell)));
    if (noteTitle) {
      line.append(create("td", "note", row.note));
    }
  });
  return body;
}

/**
 * @param {Cell} cell
 * @param {boolean} hasPicture
 * @param {(button: HTMLButtonElement, strength: number) => void} paintCell
 */
function createCell({ text, strength, title }, hasPicture, paintCell) {
  const button = createButton("", null);
  button.title = title;
  button.setAttribute("aria-label", title);
  button.setAttribute("aria-pressed", "false");
  if (hasPicture) {
    button.append(createCanvas());
  }
  if (text) {
    button.append(create("span", "", text));
  }
  paintCell(button, strength);
  const cell = create("td");
  cell.append(button);
  return cell;
}

/** @param {Element} element */
function createPainter(element) {
  const [right, wrong] = ["right", "wrong"].map((name) => parseColour(namedColour(element, name)));
  const page = pageColour(element);
  /**
   * @param {HTMLButtonElement} button
   * @param {number} strength
   */
  return (button, strength) => {
    if (strength) {
      const { cell, ink } = sequential(strength > 0 ? right : wrong, Math.abs(strength), page);
      button.style.setProperty("--cell", cell);
      button.style.setProperty("--ink", ink);
    }
  };
}

/**
 * @param {ShadowRoot} root
 * @param {string[]} legend
 */
function drawLegend(root, legend) {
  [...root.querySelectorAll(".part")].forEach((part, place) => {
    part.toggleAttribute("hidden", !legend[place]);
    find(part, ".words", HTMLElement).textContent = legend[place];
  });
}
