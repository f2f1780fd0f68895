// One instance a parentElement: what was sent, and what is in view. New data leave the view as somebody zoomed it.
const instances = new WeakMap();
const FINDING = "#b4690e";
const QUIET = "#8a94a6";
const EDGES = { top: 10, right: 12, bottom: 38, left: 52 };

export default function (component) {
  const { data, parentElement } = component;
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { view: null, cursor: null, drag: null };
    instances.set(parentElement, instance);
  }
  const canvas = parentElement.querySelector("canvas");
  if (instance.sent !== data) {
    instance.sent = data;
    take(parentElement, instance, data);
  }
  const tip = parentElement.querySelector(".tip");
  const redraw = () => {
    cancelAnimationFrame(instance.frame);
    instance.frame = requestAnimationFrame(() => draw(instance, canvas, tip));
  };
  listen(canvas, instance, redraw);
  instance.release?.();
  const grow = ({ detail }) => {
    const newer = detail[instance.chart.label];
    if (newer && newer !== instance.text) {
      take(parentElement, instance, newer);
      redraw();
    }
  };
  const observer = new ResizeObserver(redraw);
  observer.observe(canvas);
  window.addEventListener("cifar-lab-charts", grow);
  instance.release = () => {
    observer.disconnect();
    window.removeEventListener("cifar-lab-charts", grow);
  };
  redraw();
  return instance.release;
}

function take(parentElement, instance, text) {
  instance.text = text;
  instance.chart = JSON.parse(text);
  const canvas = parentElement.querySelector("canvas");
  canvas.style.height = `${instance.chart.height}px`;
  canvas.setAttribute("aria-label", describe(instance.chart));
  drawLegend(parentElement.querySelector(".legend"), instance.chart);
}

function describe({ label, lines, is_share }) {
  const ends = lines.map(({ name, y }) => {
    const last = y.findLast((value) => value !== null);
    return last === undefined ? `${name}: nothing yet` : `${name}: ${write(last, is_share)} at the end`;
  });
  return `${label}. ${ends.join(", ")}. Arrow keys read the values.`;
}

function write(value, isShare) {
  return isShare ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(4)));
}

function drawLegend(element, { lines, has_legend }) {
  element.hidden = !has_legend;
  element.style.display = has_legend ? "" : "none";
  element.replaceChildren(
    ...lines.map(({ name, colour, is_dotted }) => {
      const entry = document.createElement("span");
      const dash = document.createElement("i");
      dash.style.color = colour;
      dash.classList.toggle("dotted", is_dotted);
      entry.append(dash, name);
      return entry;
    }),
  );
}

function whole(chart) {
  const ends = chart.lines.flatMap(({ x }) => (x.length ? [x[0], x[x.length - 1]] : []));
  const left = Math.min(0, ...ends);
  const right = ends.length ? Math.max(...ends) : 1;
  return { left, right: right > left ? right : left + 1, bottom: chart.y_range[0], top: chart.y_range[1] };
}

function geometry(instance, canvas) {
  const { chart } = instance;
  const view = instance.view ?? whole(chart);
  const hasNames = chart.levels.length || chart.lines.some(({ end_label }) => end_label);
  const right = canvas.clientWidth - EDGES.right - (hasNames ? (chart.levels.length ? 62 : 104) : 0);
  const bottom = canvas.clientHeight - EDGES.bottom;
  const toX = (x) => EDGES.left + ((x - view.left) / (view.right - view.left)) * (right - EDGES.left);
  const toY = (y) => bottom - ((y - view.bottom) / (view.top - view.bottom)) * (bottom - EDGES.top);
  const fromX = (pixel) => view.left + ((pixel - EDGES.left) / (right - EDGES.left)) * (view.right - view.left);
  const fromY = (pixel) => view.bottom + ((bottom - pixel) / (bottom - EDGES.top)) * (view.top - view.bottom);
  return { view, right, bottom, toX, toY, fromX, fromY };
}

// Round steps of 1, 2 or 5 times a power of ten, about `wanted` of them.
function ticks(low, high, wanted) {
  const rough = (high - low) / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) {
    values.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  }
  return values;
}

function draw(instance, canvas, tip) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const shape = geometry(instance, canvas);
  context.font = `11px ${style.fontFamily}`;
  drawAxes(context, instance.chart, shape, style);
  context.save();
  context.beginPath();
  context.rect(EDGES.left, EDGES.top - 4, shape.right - EDGES.left + 4, shape.bottom - EDGES.top + 4);
  context.clip();
  instance.chart.lines.forEach((line) => drawLine(context, line, shape));
  context.restore();
  drawNames(context, instance.chart, shape, style);
  if (instance.drag) {
    drawDrag(context, instance.drag, shape);
  }
  drawCursor(context, instance, shape, tip, canvas);
}

function drawAxes(context, chart, { view, right, bottom, toX, toY }, style) {
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.lineWidth = 1;
  ticks(view.bottom, view.top, 6).forEach((value) => {
    context.strokeStyle = QUIET;
    context.globalAlpha = 0.25;
    stroke(context, [[EDGES.left, toY(value)], [right, toY(value)]]);
    context.globalAlpha = 0.8;
    context.fillStyle = style.color;
    const text = chart.is_share ? `${Number((100 * value).toPrecision(4))} %` : String(Number(value.toPrecision(4)));
    context.fillText(text, EDGES.left - 6, toY(value));
  });
  context.textAlign = "center";
  context.textBaseline = "top";
  ticks(view.left, view.right, Math.max(2, Math.min(8, (right - EDGES.left) / 60))).forEach((value) => {
    context.fillText(String(Number(value.toPrecision(6))), toX(value), bottom + 6);
  });
  context.fillText(chart.x_title, (EDGES.left + right) / 2, bottom + 22);
  context.save();
  context.translate(9, (EDGES.top + bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "middle";
  context.fillText(chart.y_title, 0, 0);
  context.restore();
  context.globalAlpha = 1;
}

function drawLine(context, { x, y, colour, width, is_dotted, has_points }, { toX, toY }) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash(is_dotted ? [2, 3] : []);
  const points = x.map((value, place) => (y[place] === null ? null : [toX(value), toY(y[place])]));
  stroke(context, points);
  context.setLineDash([]);
  const shown = points.filter((point) => point);
  if (has_points || shown.length === 1) {
    shown.forEach(([left, top]) => {
      context.beginPath();
      context.arc(left, top, width + 1, 0, 2 * Math.PI);
      context.fill();
    });
  }
}

function stroke(context, points) {
  context.beginPath();
  let isBroken = true;
  points.forEach((point) => {
    if (point) {
      context[isBroken ? "moveTo" : "lineTo"](...point);
    }
    isBroken = !point;
  });
  context.stroke();
}

function drawNames(context, chart, shape, style) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  chart.levels.filter(({ y }) => y >= shape.view.bottom && y <= shape.view.top).forEach(({ name, y }) => {
    context.strokeStyle = context.fillStyle = QUIET;
    context.setLineDash([1, 3]);
    stroke(context, [[EDGES.left, shape.toY(y)], [shape.right, shape.toY(y)]]);
    context.setLineDash([]);
    context.fillText(name, shape.right + 5, shape.toY(y) - 6);
    context.fillText(write(y, chart.is_share), shape.right + 5, shape.toY(y) + 6);
  });
  drawEndLabels(context, chart, shape, style.color);
  const seen = chart.marks.filter(({ x }) => x >= shape.view.left && x <= shape.view.right);
  seen.forEach(({ x, label, tone }, place) => {
    const left = shape.toX(x);
    context.strokeStyle = context.fillStyle = tone === "finding" ? FINDING : QUIET;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    stroke(context, [[left, EDGES.top], [left, shape.bottom]]);
    context.setLineDash([]);
    const isLate = left + context.measureText(label).width + 8 > shape.right;
    context.textAlign = isLate ? "right" : "left";
    context.fillText(label, left + (isLate ? -5 : 5), EDGES.top + 8 + 14 * (place % 4));
  });
  context.textAlign = "left";
}

// Labels of lines that end close together move apart, upwards first.
function drawEndLabels(context, chart, shape, ink) {
  const ends = chart.lines
    .filter(({ end_label, y }) => end_label && y.some((value) => value !== null))
    .map(({ end_label, y, colour }) => ({
      end_label,
      colour,
      top: shape.toY(y.findLast((value) => value !== null)),
    }))
    .sort((one, other) => other.top - one.top);
  let free = shape.bottom;
  ends.forEach((end) => {
    end.top = Math.min(end.top, free);
    free = end.top - 13;
  });
  const over = ends.length ? Math.max(0, EDGES.top - ends[ends.length - 1].top) : 0;
  ends.forEach(({ end_label, colour, top }) => {
    // The words in the page's own colour: a dark blue is hard to read on a dark page.
    context.fillStyle = colour;
    context.fillRect(shape.right + 6, top + over - 4, 7, 7);
    context.fillStyle = ink;
    context.fillText(end_label, shape.right + 17, top + over);
  });
}

function drawDrag(context, { from, to }, { bottom }) {
  context.fillStyle = QUIET;
  context.globalAlpha = 0.25;
  context.fillRect(Math.min(from, to), EDGES.top, Math.abs(to - from), bottom - EDGES.top);
  context.globalAlpha = 1;
}

// All values at one place: of each line the one nearest to it.
function drawCursor(context, instance, shape, tip, canvas) {
  const { chart, cursor } = instance;
  const rows = cursor === null ? [] : chart.lines.map((line) => nearest(line, cursor)).filter((row) => row);
  tip.hidden = !rows.length;
  if (!rows.length) {
    return;
  }
  const place = shape.toX(rows.reduce((a, b) => (Math.abs(b.x - cursor) < Math.abs(a.x - cursor) ? b : a)).x);
  context.strokeStyle = QUIET;
  context.lineWidth = 1;
  stroke(context, [[place, EDGES.top], [place, shape.bottom]]);
  const heading = document.createElement("div");
  heading.textContent = `${chart.x_title} ${Number(shape.fromX(place).toFixed(2))}`;
  tip.replaceChildren(
    heading,
    ...rows.map(({ line, y }) => {
      const row = document.createElement("div");
      const dot = document.createElement("i");
      dot.style.background = line.colour;
      row.append(dot, `${line.name} ${write(y, chart.is_share)}`);
      return row;
    }),
  );
  const isRight = place > canvas.clientWidth / 2;
  tip.style.left = isRight ? "" : `${place + 10}px`;
  tip.style.right = isRight ? `${canvas.clientWidth - place + 10}px` : "";
  tip.style.top = `${EDGES.top}px`;
}

function nearest(line, cursor) {
  let best = null;
  line.x.forEach((x, place) => {
    if (line.y[place] !== null && (best === null || Math.abs(x - cursor) < Math.abs(best.x - cursor))) {
      best = { line, x, y: line.y[place] };
    }
  });
  return best;
}

function listen(canvas, instance, redraw) {
  const at = (event) => event.clientX - canvas.getBoundingClientRect().left;
  canvas.onpointerdown = (event) => {
    if (event.pointerType !== "touch") {
      canvas.setPointerCapture(event.pointerId);
      instance.drag = { from: at(event), to: at(event) };
    }
  };
  canvas.onpointermove = (event) => {
    instance.cursor = geometry(instance, canvas).fromX(at(event));
    if (instance.drag) {
      instance.drag.to = at(event);
    }
    redraw();
  };
  canvas.onpointerup = () => {
    if (instance.drag && Math.abs(instance.drag.to - instance.drag.from) > 8) {
      zoom(instance, canvas);
    }
    instance.drag = null;
    redraw();
  };
  canvas.onpointerleave = canvas.onblur = () => {
    instance.cursor = null;
    redraw();
  };
  canvas.ondblclick = () => {
    instance.view = null;
    redraw();
  };
  canvas.onkeydown = (event) => {
    const { view } = geometry(instance, canvas);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      moveCursor(instance, view, step);
    } else if (event.key === "Escape") {
      instance.view = instance.cursor = null;
    } else {
      return;
    }
    event.preventDefault();
    redraw();
  };
}

// To the part that was dragged over, from the lowest to the highest value in it.
function zoom(instance, canvas) {
  const { fromX } = geometry(instance, canvas);
  const [left, right] = [instance.drag.from, instance.drag.to].sort((one, other) => one - other).map(fromX);
  const values = instance.chart.lines.flatMap(({ x, y }) =>
    y.filter((value, place) => value !== null && x[place] >= left && x[place] <= right),
  );
  if (values.length) {
    const [bottom, top] = [Math.min(...values), Math.max(...values)];
    const room = 0.06 * (top - bottom) || 0.5 * Math.abs(top) || 1;
    instance.view = { left, right, bottom: bottom - room, top: top + room };
  }
}

// From value to value of the line that has fewest: of a run, from epoch to epoch.
function moveCursor(instance, view, step) {
  const lines = instance.chart.lines.filter(({ x }) => x.length);
  if (!lines.length) {
    return;
  }
  const stops = lines.reduce((a, b) => (b.x.length < a.x.length ? b : a)).x;
  const now = instance.cursor ?? (step > 0 ? view.left - 1 : view.right + 1);
  const next = step > 0 ? stops.find((x) => x > now + 1e-9) : stops.findLast((x) => x < now - 1e-9);
  instance.cursor = next ?? instance.cursor;
}
