import { namedColour, pageColour, parseColour } from "../shared/colours.js";
import { create, createButton as createPlainButton, find, keepOneTabStop, origin } from "../shared/elements.js";
import { sequential } from "../shared/ramps.js";
import { write } from "./words.js";

/**
 * @import { Rgb } from "../shared/colours.js"
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {[number | null, number | null]} Place A true class and a predicted one; null is a header.
 * @typedef {{ counts: number[][], values: number[][], names: string[], isShare: boolean, isDifference: boolean,
 *   selected: Place, hidesDiagonal: boolean }} Data
 * @typedef {{ right: Rgb, wrong: Rgb, page: Rgb }} Tones
 * @typedef {{ right: number, wrong: number }} Strongest
 */

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @param {Mounted<Data, { clicked: Place }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const table = find(parentElement, "table", HTMLTableElement);
  const focused = placeOf(parentElement.activeElement);
  table.replaceChildren(createHead(data), createBody(data, tonesOf(table)));
  drawLegend(parentElement, data);
  const buttons = [...table.querySelectorAll("button")];
  const current = buttons.find((button) => isSame(placeOf(button), focused ?? data.selected)) ?? buttons[0];
  keepOneTabStop(buttons, current);
  if (focused) {
    current.focus();
  }

  table.onclick = (event) => {
    const place = placeOf(origin(event, "button"));
    if (place) {
      setTriggerValue("clicked", place);
    }
  };
  table.onkeydown = (event) => {
    const next = neighbour(event.key, placeOf(origin(event, "button")), data.names.length, table);
    if (next) {
      event.preventDefault();
      keepOneTabStop(buttons, next);
      next.focus();
    }
  };
}

/**
 * @param {Element} element
 * @returns {Tones}
 */
function tonesOf(element) {
  const [right, wrong] = ["right", "wrong"].map((name) => parseColour(namedColour(element, name)));
  return { right, wrong, page: pageColour(element) };
}

/**
 * @param {ShadowRoot} root
 * @param {Data} data
 */
function drawLegend(root, data) {
  const legend = data.isDifference ? ["better", "worse"] : ["right", "wrong: the stronger, the more often"];
  root.querySelectorAll(".legend .words").forEach((words, place) => {
    words.textContent = legend[place] + (data.isShare && place ? ", in per cent" : "");
  });
}

/** @param {Data} data */
function createHead(data) {
  const head = create("thead");
  const row = head.insertRow();
  row.append(create("td", "side")); // the corner heads nothing
  data.names.forEach((name, column) => {
    row.append(createHeader(name, [null, column], data, `All images predicted as ${name}`));
  });
  return head;
}

/**
 * @param {Data} data
 * @param {Tones} tones
 */
function createBody(data, tones) {
  const body = create("tbody");
  // The diagonal and the mistakes have scales of their own: on one, every mistake would look like none.
  const strongest = { right: largest(data, true), wrong: largest(data, false) };
  data.names.forEach((name, row) => {
    const line = body.insertRow();
    const header = createHeader(name, [row, null], data, `All images of ${name}`);
    header.className = "side";
    line.append(header, ...data.names.map((_, column) => createCell(row, column, strongest, tones, data)));
  });
  return body;
}

/**
 * @param {Data} data
 * @param {boolean} onDiagonal
 */
function largest({ values }, onDiagonal) {
  const chosen = values.flatMap((row, place) => row.filter((_, column) => (column === place) === onDiagonal));
  return Math.max(1e-9, ...chosen.map(Math.abs));
}

/**
 * @param {string} name
 * @param {Place} place
 * @param {Data} data
 * @param {string} title
 */
function createHeader(name, place, data, title) {
  const header = create("th");
  header.scope = place[0] === null ? "col" : "row";
  header.append(createButton(name, place, data, title));
  return header;
}

/**
 * @param {number} row
 * @param {number} column
 * @param {Strongest} strongest
 * @param {Tones} tones
 * @param {Data} data
 */
function createCell(row, column, strongest, tones, data) {
  const count = data.counts[row][column];
  const value = data.values[row][column];
  const total = data.counts[row].reduce((sum, part) => sum + part, 0);
  const share = `${(total ? (100 * count) / total : 0).toFixed(1)} %`;
  const words = `True ${data.names[row]}, predicted ${data.names[column]}: ${count} (${share} of ${data.names[row]})`;
  const change = data.isDifference ? `; ${write(value, data)} against the other` : "";
  const isHidden = row === column && data.hidesDiagonal;
  const button = createButton(isHidden ? "" : write(value, data), [row, column], data, words + change);
  if (value && !isHidden) {
    colourCell(button, value, row === column, total ? count / total : 0, strongest, tones, data.isDifference);
  }
  button.classList.toggle("empty", !value);
  const cell = create("td");
  cell.append(button);
  return cell;
}

/**
 * @param {HTMLButtonElement} button
 * @param {number} value
 * @param {boolean} isRight Whether it stands on the diagonal.
 * @param {number} share Of its row.
 * @param {Strongest} strongest
 * @param {Tones} tones
 * @param {boolean} isDifference
 */
function colourCell(button, value, isRight, share, strongest, tones, isDifference) {
  // More on the diagonal is better, more beside it is worse.
  const isGood = isDifference ? value > 0 === isRight : isRight;
  const strength = Math.sqrt(Math.abs(value) / (isRight ? strongest.right : strongest.wrong));
  const full = isGood ? tones.right : tones.wrong;
  const { cell, ink } = sequential(full, isRight && !isDifference ? share : strength, tones.page);
  button.style.setProperty("--cell", cell);
  button.style.setProperty("--ink", ink);
}

/**
 * @param {string} text
 * @param {Place} place
 * @param {Data} data
 * @param {string} title
 */
function createButton(text, place, data, title) {
  const button = createPlainButton(text, null);
  button.title = title;
  button.setAttribute("aria-label", title);
  button.dataset.row = String(place[0] ?? "");
  button.dataset.column = String(place[1] ?? "");
  button.setAttribute("aria-pressed", String(isSame(place, data.selected)));
  return button;
}

/**
 * @param {Element | null} button
 * @returns {Place | null}
 */
function placeOf(button) {
  if (!(button instanceof HTMLElement) || button.dataset.row === undefined) {
    return null;
  }
  const { row, column } = button.dataset;
  return [row ? Number(row) : null, column ? Number(column) : null];
}

/**
 * @param {Place | null} left
 * @param {Place | null} right
 */
function isSame(left, right) {
  return left !== null && right !== null && left[0] === right[0] && left[1] === right[1];
}

/**
 * @param {string} key
 * @param {Place | null} place
 * @param {number} size
 * @param {HTMLTableElement} table
 * @returns {HTMLElement | null}
 */
function neighbour(key, place, size, table) {
  const move = MOVES[key];
  if (!place || !move) {
    return null;
  }
  // A header is row or column -1.
  const [row, column] = place.map((part, axis) => Math.min(size - 1, Math.max(-1, (part ?? -1) + move[axis])));
  return table.querySelector(`button[data-row="${row < 0 ? "" : row}"][data-column="${column < 0 ? "" : column}"]`);
}
