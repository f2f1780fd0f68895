import { create, createButton, find } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { bestPlace, placeSpark } from "./spark.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ x: number[], y: number[], label: string }} Spark
 * @typedef {{ run_id: string, name: string, under: string, spark: Spark, best: string, best_under: string, test: string,
 *   cells: string[], links: Record<string, string>, colour: string, tone: "" | "bad" | "live", can_be_ticked: boolean,
 *   is_chosen: boolean, is_baseline: boolean }} Row
 * @typedef {{ key: string, title: string, help: string, is_number: boolean }} Column
 * @typedef {{ groups: { words: string, rows: Row[] }[], first: Column[], columns: Column[], sort: string,
 *   range: [number, number] }} Data
 * @typedef {{ ticked: string[], chosen: string, opened: [string, string], sorted: string }} Triggers
 * @typedef {Mounted<Data, Triggers>["setTriggerValue"]} Tell
 */

const SPARK = { width: 84, height: 28 };
const SVG = "http://www.w3.org/2000/svg";

const stateOf = createRegistry(() => ({ shown: "" }));

/** @param {Mounted<Data, Triggers>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  const table = find(parentElement, "table", HTMLTableElement);
  listen(table, setTriggerValue);
  const text = JSON.stringify(data);
  if (text !== state.shown) {
    state.shown = text;
    keepPlace(parentElement, () => {
      table.replaceChildren(createHead(data), ...data.groups.map((group) => createGroup(group, data)));
    });
  }
}

/**
 * Draws the table anew around whoever is in the middle of it.
 *
 * @param {ShadowRoot} root
 * @param {() => void} draw
 */
function keepPlace(root, draw) {
  const box = find(root, ".box", HTMLElement);
  const { scrollLeft, scrollTop } = box;
  const spot = root.activeElement instanceof HTMLElement ? root.activeElement.dataset.spot : undefined;
  draw();
  box.scrollTo(scrollLeft, scrollTop);
  if (spot) {
    const same = [...root.querySelectorAll("[data-spot]")].find(
      (element) => element instanceof HTMLElement && element.dataset.spot === spot,
    );
    if (same instanceof HTMLElement) {
      same.focus({ preventScroll: true });
    }
  }
}

/**
 * @param {HTMLTableElement} table
 * @param {Tell} tell
 */
function listen(table, tell) {
  table.onchange = () => {
    const boxes = [...table.querySelectorAll("input")].filter((box) => box.checked);
    // All of them: a second tick before the page has taken the first one would take its place.
    tell(
      "ticked",
      boxes.map((box) => box.value),
    );
  };
  table.onclick = (event) => {
    const target = event.target instanceof Element ? event.target.closest("button, a") : null;
    if (!(target instanceof HTMLElement)) {
      return;
    }
    const { run = "", page = "", column = "" } = target.dataset;
    if (column) {
      tell("sorted", column);
    } else if (page && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      tell("opened", [page, run]);
    } else if (!page) {
      tell("chosen", run);
    }
  };
  table.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = event.target instanceof HTMLElement ? event.target : null;
    if (step && from?.dataset.kind) {
      const alike = [...table.querySelectorAll(`[data-kind="${from.dataset.kind}"]`)].filter(isShown);
      const next = alike[alike.indexOf(from) + step];
      if (next instanceof HTMLElement) {
        next.focus();
      }
      event.preventDefault();
    }
  };
}

/** @param {Element} element */
function isShown(element) {
  return element.getClientRects().length > 0;
}

/**
 * @param {HTMLElement} element
 * @param {string} kind The same in all rows: arrow keys lead from one to the next.
 * @param {string} run
 */
function spot(element, kind, run) {
  Object.assign(element.dataset, { kind, run, spot: `${kind} ${run}` });
  return element;
}

/** @param {Data} data */
function createHead({ first, columns, sort }) {
  const [name, best, test] = first.map((column) => createHeading(column, sort));
  const tick = create("th", "tick");
  tick.append(create("span", "unseen", "Drawn"));
  name.classList.add("name");
  const spark = create("th", "spark", "Val");
  spark.title = "Val accuracy over epochs, all on one scale; the dot is the best epoch";
  const links = create("th", "links", "Look into");
  const row = create("tr");
  row.append(tick, name, spark, best, test, links, ...columns.map((column) => createHeading(column, sort)));
  const head = create("thead");
  head.append(row);
  return head;
}

/**
 * @param {Column} column
 * @param {string} sort
 */
function createHeading({ key, title, help, is_number: isNumber }, sort) {
  const heading = create("th", isNumber ? "number" : "");
  const [isUp, isDown] = [sort === key, sort === `-${key}`];
  const button = createButton(title, null);
  button.title = help;
  Object.assign(button.dataset, { column: key, spot: `sort ${key}` });
  if (isUp || isDown) {
    heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    button.append(create("i", "", isUp ? " ↑" : " ↓"));
  }
  heading.append(button);
  return heading;
}

/**
 * @param {{ words: string, rows: Row[] }} group
 * @param {Data} data
 */
function createGroup({ words, rows }, { range, columns }) {
  const body = create("tbody");
  if (words) {
    const line = create("tr", "group");
    const heading = create("th");
    heading.colSpan = 6 + columns.length;
    heading.scope = "rowgroup";
    heading.append(create("span", "", words));
    line.append(heading);
    body.append(line);
  }
  body.append(...rows.map((row) => createRow(row, range, columns)));
  return body;
}

/**
 * @param {Row} row
 * @param {[number, number]} range
 * @param {Column[]} columns
 */
function createRow(row, range, columns) {
  const line = create("tr", row.tone);
  line.classList.toggle("chosen", row.is_chosen);
  const links = create("td", "links");
  links.append(createLinks(row, "link"));
  line.append(
    createTick(row),
    createName(row),
    createSpark(row, range),
    createNumber(row.best, row.best_under),
    createNumber(row.test, ""),
    links,
    ...row.cells.map((cell, place) => create("td", columns[place].is_number ? "number" : "", cell)),
  );
  return line;
}

/** @param {Row} row */
function createTick({ run_id: run, name, colour, can_be_ticked: canBeTicked, is_baseline: isBaseline }) {
  const cell = create("td", "tick");
  const label = create("label");
  const box = create("input");
  box.type = "checkbox";
  box.value = run;
  box.checked = colour !== "";
  box.disabled = !canBeTicked;
  box.style.accentColor = colour;
  box.setAttribute("aria-label", `Draw the curves of ${name}`);
  label.title = isBaseline ? "The baseline is always drawn, dotted" : "";
  label.append(spot(box, "tick", run));
  cell.append(label);
  return cell;
}

/** @param {Row} row */
function createName(row) {
  const cell = create("th", "name");
  cell.scope = "row";
  const button = createButton(row.name, null);
  button.title = row.name;
  if (row.is_chosen) {
    button.setAttribute("aria-current", "true");
  }
  cell.append(spot(button, "name", row.run_id), create("div", "under", row.under));
  if (row.is_baseline) {
    cell.append(create("div", "baseline", "baseline"));
  }
  const links = create("div", "near");
  links.append(createLinks(row, "near"));
  cell.append(links);
  return cell;
}

/**
 * @param {Row} row
 * @param {string} kind
 */
function createLinks({ run_id: run, name, links }, kind) {
  const all = document.createDocumentFragment();
  for (const [page, address] of Object.entries(links)) {
    if (address) {
      const link = create("a", "to", page);
      link.href = new URL(address, document.baseURI).href;
      link.setAttribute("aria-label", `${page} of ${name}`);
      link.dataset.page = page;
      all.append(spot(link, `${kind} ${page}`, run));
    } else {
      const none = create("span", "to none", page);
      none.title = "There is nothing to see before its first epoch is done";
      all.append(none);
    }
  }
  return all;
}

/**
 * @param {Row} row
 * @param {[number, number]} range
 */
function createSpark({ spark, colour }, range) {
  const cell = create("td", "spark");
  if (!spark.y.length) {
    cell.append(create("span", "none", "–"));
    return cell;
  }
  const points = placeSpark(spark, range, SPARK);
  const picture = createShape("svg", { viewBox: `0 0 ${SPARK.width} ${SPARK.height}`, role: "img" });
  picture.setAttribute("aria-label", spark.label);
  picture.style.color = colour;
  const [left, top] = points[bestPlace(spark.y)];
  picture.append(
    createShape("title", {}),
    createShape("polyline", { points: points.map((point) => point.map((part) => part.toFixed(1)).join()).join(" ") }),
    createShape("circle", { cx: left.toFixed(1), cy: top.toFixed(1), r: "2.2" }),
  );
  find(picture, "title", SVGTitleElement).textContent = spark.label;
  cell.append(picture);
  return cell;
}

/**
 * @param {"svg" | "title" | "polyline" | "circle"} kind
 * @param {Record<string, string>} attributes
 */
function createShape(kind, attributes) {
  const shape = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) {
    shape.setAttribute(name, value);
  }
  return /** @type {SVGElement} */ (shape);
}

/**
 * @param {string} value
 * @param {string} under
 */
function createNumber(value, under) {
  const cell = create("td", "number", value);
  if (under) {
    cell.append(create("div", "under", under));
  }
  return cell;
}
