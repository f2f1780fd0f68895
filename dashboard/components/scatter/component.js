// One instance a parentElement: what was sent, how far the view is zoomed, what is selected, where a pointer rests.
const instances = new WeakMap();
const SIDE = 32;
const TOOLS = ["Lasso", "Box", "Move"];
const REACH = 10; // pixels around the pointer in which a point is told

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const canvas = parentElement.querySelector(".points");
  const tip = parentElement.querySelector(".tip");
  let instance = instances.get(parentElement);
  if (!instance || !sameBytes(instance.bytes, data)) {
    const { tool, pointer } = instance ?? { tool: "Lasso", pointer: null };
    instance = { bytes: data, ...unpack(data), tool, pointer, drag: null, selected: null };
    instance.view = fit(instance);
    instances.set(parentElement, instance);
    loadSprite(instance).then(() => tell(canvas, tip, instance));
    drawLegend(parentElement.querySelector(".legend"), instance.header);
  }
  instance.setStateValue = setStateValue;
  canvas.setAttribute("aria-label", instance.header.label);
  const redraw = () => schedule(instance, canvas);
  drawTools(parentElement.querySelector(".tools"), instance, redraw);
  listen(canvas, tip, instance, redraw);
  instance.observer?.disconnect();
  instance.observer = new ResizeObserver(redraw);
  instance.observer.observe(canvas);
  redraw();
  return () => instance.observer.disconnect();
}

function sameBytes(left, right) {
  return left.length === right.length && left.every((byte, place) => byte === right[place]);
}

// 4 bytes length, JSON, then x and y as float32, the group of each point as uint8, and the sprite.
function unpack(bytes) {
  const start = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true) + 4;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const count = header.ids.length;
  const positions = new Float32Array(bytes.slice(start, start + 8 * count).buffer);
  const groups = bytes.slice(start + 8 * count, start + 9 * count);
  return { header, positions, groups, spriteBytes: bytes.slice(start + 9 * count), sprite: null };
}

async function loadSprite(instance) {
  instance.sprite = await createImageBitmap(new Blob([instance.spriteBytes], { type: "image/webp" }));
}

function fit({ positions }) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (let place = 0; place < positions.length; place += 2) {
    bounds[0] = Math.min(bounds[0], positions[place]);
    bounds[1] = Math.min(bounds[1], positions[place + 1]);
    bounds[2] = Math.max(bounds[2], positions[place]);
    bounds[3] = Math.max(bounds[3], positions[place + 1]);
  }
  return { centre: [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2], bounds, zoom: 1 };
}

function scaleOf({ view }, canvas) {
  const [left, top, right, bottom] = view.bounds;
  const fits = Math.min(canvas.clientWidth / (right - left || 1), canvas.clientHeight / (bottom - top || 1));
  return 0.95 * view.zoom * fits;
}

function toScreen(instance, canvas, place) {
  const scale = scaleOf(instance, canvas);
  const { centre } = instance.view;
  return [
    canvas.clientWidth / 2 + (instance.positions[2 * place] - centre[0]) * scale,
    canvas.clientHeight / 2 - (instance.positions[2 * place + 1] - centre[1]) * scale,
  ];
}

function schedule(instance, canvas) {
  cancelAnimationFrame(instance.frame);
  instance.frame = requestAnimationFrame(() => draw(instance, canvas));
}

function draw(instance, canvas) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const count = instance.header.ids.length;
  const size = Math.min(8, 2.5 + Math.sqrt(instance.view.zoom));
  // By colour, so that the context changes it once a group and not once a point.
  instance.header.colours.forEach((colour, group) => {
    context.fillStyle = colour;
    for (let place = 0; place < count; place += 1) {
      if (instance.groups[place] === group) {
        context.globalAlpha = instance.selected && !instance.selected.has(place) ? 0.12 : 0.85;
        const [x, y] = toScreen(instance, canvas, place);
        context.fillRect(x - size / 2, y - size / 2, size, size);
      }
    }
  });
  context.globalAlpha = 1;
  if (instance.header.axes) {
    drawAxes(context, instance.header.axes, canvas);
  }
  if (instance.drag && instance.tool !== "Move") {
    drawOutline(context, instance.drag.path, getComputedStyle(canvas).color);
  }
}

function drawAxes(context, [right, up], canvas) {
  context.fillStyle = getComputedStyle(canvas).color;
  context.font = "12px sans-serif";
  context.textAlign = "right";
  context.fillText(`${right} \u2192`, canvas.clientWidth - 6, canvas.clientHeight - 6);
  context.textAlign = "left";
  context.fillText(`\u2191 ${up}`, 6, 14);
}

function drawOutline(context, path, colour) {
  context.strokeStyle = colour;
  context.setLineDash([4, 3]);
  context.beginPath();
  path.forEach(([x, y], place) => (place ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.stroke();
  context.setLineDash([]);
}

function drawTools(group, instance, redraw) {
  const buttons = TOOLS.map((name) => createButton(name, () => {
    instance.tool = name;
    press();
  }));
  const press = () => buttons.forEach((button, place) => {
    button.setAttribute("aria-pressed", String(TOOLS[place] === instance.tool));
  });
  const whole = createButton("Whole map", () => {
    instance.view = fit(instance);
    redraw();
  });
  const none = createButton("Select nothing", () => {
    select(instance, null);
    redraw();
  });
  press();
  group.replaceChildren(...buttons, whole, none);
}

function createButton(name, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = name;
  button.onclick = act;
  return button;
}

function drawLegend(legend, header) {
  legend.replaceChildren(...header.names.map((name, group) => {
    const entry = document.createElement("span");
    const dot = document.createElement("i");
    dot.style.background = header.colours[group];
    entry.append(dot, name);
    return entry;
  }));
}

function listen(canvas, tip, instance, redraw) {
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const point = (position) => {
    instance.pointer = position;
    tell(canvas, tip, instance);
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    instance.drag = { from: at(event), path: [at(event)], centre: [...instance.view.centre] };
    point(null);
  };
  canvas.onpointermove = (event) => {
    if (!instance.drag) {
      point(at(event));
      return;
    }
    follow(instance, canvas, at(event));
    redraw();
  };
  canvas.onpointerup = () => {
    if (instance.drag && instance.tool !== "Move") {
      select(instance, inside(instance, canvas, instance.drag.path));
    }
    instance.drag = null;
    redraw();
  };
  canvas.onpointerleave = () => point(null);
  canvas.onwheel = (event) => {
    event.preventDefault();
    zoomAt(instance, canvas, at(event), Math.exp(-event.deltaY / 400));
    redraw();
  };
  canvas.onkeydown = (event) => {
    const factor = { "+": 1.25, "-": 0.8 }[event.key];
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (factor) {
      zoomAt(instance, canvas, [canvas.clientWidth / 2, canvas.clientHeight / 2], factor);
    } else if (step) {
      const by = 40 / scaleOf(instance, canvas);
      instance.view.centre = instance.view.centre.map((part, axis) => part + step[axis] * by);
    } else {
      return;
    }
    event.preventDefault();
    redraw();
  };
}

function follow(instance, canvas, point) {
  const { drag, view, tool } = instance;
  if (tool === "Move") {
    const scale = scaleOf(instance, canvas);
    view.centre = [
      drag.centre[0] - (point[0] - drag.from[0]) / scale,
      drag.centre[1] + (point[1] - drag.from[1]) / scale,
    ];
  } else if (tool === "Box") {
    const [left, top] = drag.from;
    drag.path = [drag.from, [point[0], top], point, [left, point[1]]];
  } else {
    drag.path.push(point);
  }
}

function zoomAt(instance, canvas, [x, y], factor) {
  const { view } = instance;
  const before = scaleOf(instance, canvas);
  view.zoom = Math.min(60, Math.max(0.5, view.zoom * factor));
  const after = scaleOf(instance, canvas);
  // What is under the pointer stays there.
  view.centre[0] += (x - canvas.clientWidth / 2) * (1 / before - 1 / after);
  view.centre[1] -= (y - canvas.clientHeight / 2) * (1 / before - 1 / after);
}

function inside(instance, canvas, path) {
  if (path.length < 3) {
    return null;
  }
  const shape = new Path2D();
  path.forEach(([x, y], place) => (place ? shape.lineTo(x, y) : shape.moveTo(x, y)));
  const context = document.createElement("canvas").getContext("2d");
  const found = new Set();
  instance.header.ids.forEach((_, place) => {
    const [x, y] = toScreen(instance, canvas, place);
    if (context.isPointInPath(shape, x, y)) {
      found.add(place);
    }
  });
  return found.size ? found : null;
}

function select(instance, places) {
  instance.selected = places;
  const ids = places ? [...places].map((place) => instance.header.ids[place]) : [];
  instance.setStateValue("selected", ids);
}

function tell(canvas, tip, instance) {
  tip.hidden = !instance.pointer || !instance.sprite;
  if (tip.hidden) {
    return;
  }
  const [x, y] = instance.pointer;
  let nearest = -1;
  let least = REACH * REACH;
  for (let place = 0; place < instance.header.ids.length; place += 1) {
    const [left, top] = toScreen(instance, canvas, place);
    const distance = (left - x) ** 2 + (top - y) ** 2;
    if (distance < least) {
      [nearest, least] = [place, distance];
    }
  }
  tip.hidden = nearest < 0;
  if (tip.hidden) {
    return;
  }
  const { header, sprite } = instance;
  const left = (nearest % header.spriteColumns) * SIDE;
  const top = Math.floor(nearest / header.spriteColumns) * SIDE;
  tip.querySelector("canvas").getContext("2d").drawImage(sprite, left, top, SIDE, SIDE, 0, 0, SIDE, SIDE);
  tip.querySelector("span").textContent = `${header.names[instance.groups[nearest]]}, image ${header.ids[nearest]}`;
  tip.style.left = `${Math.min(x + 14, canvas.clientWidth - 210)}px`;
  tip.style.top = `${Math.min(y + 14, canvas.clientHeight - 96)}px`;
}
