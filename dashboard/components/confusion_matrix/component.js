const RIGHT = [42, 111, 187];
const WRONG = [200, 80, 48];

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const table = parentElement.querySelector("table");
  const focused = placeOf(parentElement.getRootNode().activeElement);
  table.replaceChildren(createHead(data), createBody(data));
  const legend = data.isDifference ? ["better", "worse"] : ["right", "wrong: the stronger, the more often"];
  parentElement.querySelectorAll(".legend .words").forEach((words, place) => {
    words.textContent = legend[place] + (data.isShare && place ? ", in per cent" : "");
  });
  const buttons = [...table.querySelectorAll("button")];
  const current = buttons.find((button) => same(placeOf(button), focused ?? data.selected)) ?? buttons[0];
  buttons.forEach((button) => {
    button.tabIndex = button === current ? 0 : -1;
  });
  if (focused) {
    current.focus();
  }

  table.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) {
      setTriggerValue("clicked", placeOf(button));
    }
  };
  table.onkeydown = (event) => {
    const next = neighbour(event.key, event.target.closest("button"), data.names.length, table);
    if (next) {
      event.preventDefault();
      buttons.forEach((button) => {
        button.tabIndex = button === next ? 0 : -1;
      });
      next.focus();
    }
  };
}

function createHead(data) {
  const head = document.createElement("thead");
  const row = head.insertRow();
  const corner = document.createElement("th");
  corner.className = "side";
  row.append(corner);
  data.names.forEach((name, column) => {
    row.append(createHeader(name, null, column, data, `All images predicted as ${name}`));
  });
  return head;
}

function createBody(data) {
  const body = document.createElement("tbody");
  // The diagonal and the mistakes have scales of their own: on one, every mistake would look like none.
  const strongest = [largest(data, true), largest(data, false)];
  data.counts.forEach((counts, row) => {
    const line = body.insertRow();
    const header = createHeader(data.names[row], row, null, data, `All images of ${data.names[row]}`);
    header.className = "side";
    line.append(header);
    const total = counts.reduce((sum, count) => sum + count, 0);
    counts.forEach((_, column) => line.append(createCell(total, row, column, strongest, data)));
  });
  return body;
}

function largest(data, onDiagonal) {
  const values = data.values.flatMap((row, place) => row.filter((_, column) => (column === place) === onDiagonal));
  return Math.max(1e-9, ...values.map(Math.abs));
}

function createHeader(name, row, column, data, title) {
  const header = document.createElement("th");
  header.scope = row === null ? "col" : "row";
  header.append(createButton(name, row, column, data, title));
  return header;
}

function createCell(total, row, column, strongest, data) {
  const count = data.counts[row][column];
  const value = data.values[row][column];
  const isRight = row === column;
  const share = `${(total ? (100 * count) / total : 0).toFixed(1)} %`;
  const words = `True ${data.names[row]}, predicted ${data.names[column]}: ${count} (${share} of ${data.names[row]})`;
  const change = data.isDifference ? `; ${write(value, data)} against the other` : "";
  const cell = document.createElement("td");
  const isHidden = isRight && data.hidesDiagonal;
  const button = createButton(isHidden ? "" : write(value, data), row, column, data, words + change);
  if (value && !isHidden) {
    // More on the diagonal is better, more beside it is worse.
    const tone = data.isDifference ? value > 0 === isRight : isRight;
    const strength = Math.abs(value) / strongest[isRight ? 0 : 1];
    const isPlain = isRight && !data.isDifference;
    const shade = isPlain ? (total ? count / total : 0) : Math.sqrt(strength);
    button.style.setProperty("--cell", colour(tone ? RIGHT : WRONG, 0.08 + 0.92 * shade));
    if (shade > 0.55) {
      button.style.setProperty("--ink", "#fff");
    }
  }
  button.classList.toggle("empty", !value);
  cell.append(button);
  return cell;
}

function write(value, data) {
  const sign = data.isDifference && value > 0 ? "+" : "";
  if (!value) {
    return "0";
  }
  if (!data.isShare) {
    return sign + String(value).replace("-", "\u2212");
  }
  const percent = 100 * value;
  return sign + percent.toFixed(Math.abs(percent) < 9.95 ? 1 : 0).replace("-", "\u2212");
}

function createButton(text, row, column, data, title) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.title = title;
  button.setAttribute("aria-label", title);
  button.dataset.row = row ?? "";
  button.dataset.column = column ?? "";
  button.setAttribute("aria-pressed", String(same([row, column], data.selected)));
  return button;
}

function placeOf(button) {
  if (!button || button.dataset?.row === undefined) {
    return null;
  }
  const { row, column } = button.dataset;
  return [row === "" ? null : Number(row), column === "" ? null : Number(column)];
}

function same(left, right) {
  return Boolean(left && right) && left[0] === right[0] && left[1] === right[1];
}

function neighbour(key, button, size, table) {
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const place = placeOf(button);
  if (!place || !(key in moves)) {
    return null;
  }
  // A header is row or column -1.
  const [row, column] = place.map((part, axis) => Math.min(size - 1, Math.max(-1, (part ?? -1) + moves[key][axis])));
  const selector = `button[data-row="${row < 0 ? "" : row}"][data-column="${column < 0 ? "" : column}"]`;
  return table.querySelector(selector);
}

function colour([red, green, blue], strength) {
  return `rgb(${red} ${green} ${blue} / ${Math.min(1, strength)})`;
}
