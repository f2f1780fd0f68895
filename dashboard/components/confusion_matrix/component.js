const RIGHT = [42, 111, 187];
const WRONG = [200, 80, 48];

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const table = parentElement.querySelector("table");
  const focused = placeOf(parentElement.getRootNode().activeElement);
  table.replaceChildren(createHead(data), createBody(data));
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
  const strongest = Math.max(1, ...data.counts.flatMap((row, place) => row.filter((_, column) => column !== place)));
  data.counts.forEach((counts, row) => {
    const line = body.insertRow();
    const header = createHeader(data.names[row], row, null, data, `All images of ${data.names[row]}`);
    header.className = "side";
    line.append(header);
    const total = counts.reduce((sum, count) => sum + count, 0);
    counts.forEach((count, column) => line.append(createCell(count, total, row, column, strongest, data)));
  });
  return body;
}

function createHeader(name, row, column, data, title) {
  const header = document.createElement("th");
  header.scope = row === null ? "col" : "row";
  header.append(createButton(name, row, column, data, title));
  return header;
}

function createCell(count, total, row, column, strongest, data) {
  const share = total ? count / total : 0;
  const percent = `${(100 * share).toFixed(1)} %`;
  const words = `True ${data.names[row]}, predicted ${data.names[column]}: ${count} (${percent} of ${data.names[row]})`;
  const text = data.asShare ? (100 * share).toFixed(share < 0.0995 ? 1 : 0) : String(count);
  const button = createButton(count ? text : "0", row, column, data, words);
  // The diagonal and the errors have scales of their own: on one, every error would look like none.
  const isRight = row === column;
  const strength = isRight ? share : Math.sqrt(count / strongest);
  button.style.setProperty("--cell", count ? colour(isRight ? RIGHT : WRONG, 0.08 + 0.92 * strength) : null);
  if (strength > 0.55) {
    button.style.setProperty("--ink", "#fff");
  }
  button.classList.toggle("empty", count === 0);
  const cell = document.createElement("td");
  cell.append(button);
  return cell;
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
