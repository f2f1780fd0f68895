// One instance a parentElement: what was drawn, so that a rerun with the same message draws nothing.
const instances = new WeakMap();
const SIDE = 32;

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const instance = instances.get(parentElement) ?? { bytes: null, selected: null };
  instances.set(parentElement, instance);
  instance.setStateValue = setStateValue;
  if (instance.bytes && sameBytes(instance.bytes, data)) {
    return;
  }
  instance.bytes = data;
  const { header, sprite } = unpack(data);
  draw(parentElement, instance, header);
  paint(parentElement, header, sprite);
}

function sameBytes(left, right) {
  return left.length === right.length && left.every((byte, place) => byte === right[place]);
}

function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, sprite: new Blob([bytes.subarray(4 + length)], { type: "image/webp" }) };
}

function draw(parentElement, instance, header) {
  const list = parentElement.querySelector(".tiles");
  const caption = parentElement.querySelector(".caption");
  list.setAttribute("aria-label", header.label);
  const headings = parentElement.querySelector(".headings");
  headings.replaceChildren(...withGaps(header.headings.map(createHeading), header));
  for (const row of [headings, list]) {
    row.classList.toggle("grid", header.headings.length > 0);
    row.style.gridTemplateColumns = template(header);
    row.style.setProperty("--tile", `${header.tile}px`);
  }
  if (!header.ids.includes(instance.selected)) {
    instance.selected = null;
  }
  const tiles = header.ids.map((id, place) => createTile(header, id, place, instance));
  list.replaceChildren(...withGaps(tiles, header));
  caption.textContent = "";
  const current = Math.max(0, header.ids.indexOf(instance.selected));
  if (tiles.length) {
    tiles[current].tabIndex = 0;
  }

  const placeOf = (event) => tiles.indexOf(event.target.closest(".tile"));
  list.onclick = (event) => choose(placeOf(event));
  list.onmouseover = (event) => tell(placeOf(event));
  tiles.forEach((tile, place) => {
    tile.onfocus = () => tell(place);
  });
  list.onmouseleave = () => tell(header.ids.indexOf(instance.selected));
  list.onkeydown = (event) => {
    const place = placeOf(event);
    const next = destination(event.key, place, tiles);
    if (next !== null) {
      event.preventDefault();
      focus(next);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(place);
    }
  };

  function tell(place) {
    caption.textContent = place >= 0 ? header.captions[place] : "";
  }

  function focus(place) {
    tiles.forEach((tile, other) => {
      tile.tabIndex = other === place ? 0 : -1;
    });
    tiles[place].focus();
  }

  function choose(place) {
    if (place < 0) {
      return;
    }
    instance.selected = header.ids[place];
    tiles.forEach((tile, other) => {
      tile.setAttribute("aria-selected", String(other === place));
      tile.tabIndex = other === place ? 0 : -1;
    });
    instance.setStateValue("selected", instance.selected);
  }
}

function template(header) {
  const column = `minmax(0, ${header.tile}px)`;
  return header.headings.map((_, place) => (header.gaps.includes(place) ? `8px ${column}` : column)).join(" ");
}

// Empty cells in the columns that stand between others.
function withGaps(cells, header) {
  return cells.flatMap((cell, place) => {
    const column = place % Math.max(1, header.headings.length);
    if (!header.gaps.includes(column)) {
      return [cell];
    }
    const gap = document.createElement("div");
    gap.setAttribute("role", "presentation");
    return [gap, cell];
  });
}

function createHeading(text) {
  const heading = document.createElement("div");
  heading.textContent = text;
  return heading;
}

function createTile(header, id, place, instance) {
  const tile = document.createElement("button");
  tile.type = "button";
  tile.className = "tile";
  tile.setAttribute("role", "option");
  tile.setAttribute("aria-label", header.captions[place]);
  tile.setAttribute("aria-selected", String(id === instance.selected));
  tile.tabIndex = -1;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  tile.append(canvas);
  const tone = header.tones[place];
  if (tone !== "neutral") {
    const mark = document.createElement("span");
    mark.className = `mark ${tone}`;
    mark.textContent = tone === "wrong" ? "×" : "✓";
    mark.setAttribute("aria-hidden", "true");
    tile.append(mark);
  }
  return tile;
}

// Where an arrow leads: up and down to the tile above or below, whatever the width of the page makes of the rows.
function destination(key, place, tiles) {
  const last = tiles.length - 1;
  const perRow = Math.max(1, tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length);
  const moves = { ArrowLeft: place - 1, ArrowRight: place + 1, ArrowUp: place - perRow, ArrowDown: place + perRow };
  if (key === "Home") {
    return 0;
  }
  if (key === "End") {
    return last;
  }
  if (!(key in moves) || place < 0) {
    return null;
  }
  return Math.min(last, Math.max(0, moves[key]));
}

async function paint(parentElement, header, sprite) {
  const bitmap = await createImageBitmap(sprite);
  const canvases = parentElement.querySelectorAll(".tile canvas");
  canvases.forEach((canvas, place) => {
    const left = (place % header.spriteColumns) * SIDE;
    const top = Math.floor(place / header.spriteColumns) * SIDE;
    canvas.getContext("2d").drawImage(bitmap, left, top, SIDE, SIDE, 0, 0, SIDE, SIDE);
  });
  bitmap.close();
}
