// One instance a parentElement: the channel stays chosen from image to image.
const instances = new WeakMap();
const SIDE = 32;
const CHANNELS = ["Colour", "Red", "Green", "Blue"];

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const instance = instances.get(parentElement) ?? { channel: 0 };
  instances.set(parentElement, instance);
  const canvas = parentElement.querySelector(".image");
  canvas.width = canvas.height = SIDE;
  canvas.style.setProperty("--side", `${data.side}px`);
  canvas.setAttribute("aria-label", `${data.title}. ${data.hint}`);
  parentElement.querySelector(".title").textContent = data.title;
  const readout = parentElement.querySelector(".readout");
  readout.textContent = data.hint;

  canvas.onpointermove = (event) => tellPixel(readout, data, pixelAt(event, canvas));
  canvas.onpointerleave = () => {
    readout.textContent = data.hint;
  };
  canvas.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      setTriggerValue("step", step);
    }
  };
  drawButtons(parentElement.querySelector(".channels"), instance, () => paint(canvas, data, instance.channel));
  paint(canvas, data, instance.channel);
}

function drawButtons(group, instance, repaint) {
  const buttons = CHANNELS.map((name, channel) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.onclick = () => {
      instance.channel = channel;
      press(buttons, channel);
      repaint();
    };
    return button;
  });
  press(buttons, instance.channel);
  group.replaceChildren(...buttons);
}

function press(buttons, channel) {
  buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === channel)));
}

function paint(canvas, data, channel) {
  const pixels = new ImageData(SIDE, SIDE);
  for (let place = 0; place < SIDE * SIDE; place += 1) {
    const colours = data.pixels.slice(3 * place, 3 * place + 3);
    const shown = channel === 0 ? colours : Array(3).fill(colours[channel - 1]);
    pixels.data.set([...shown, 255], 4 * place);
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

function pixelAt(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const place = (offset, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((offset / size) * SIDE)));
  return [place(event.clientX - box.left, box.width), place(event.clientY - box.top, box.height)];
}

function tellPixel(readout, data, [column, row]) {
  const start = 3 * (row * SIDE + column);
  const [red, green, blue] = data.pixels.slice(start, start + 3);
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.background = `rgb(${red} ${green} ${blue})`;
  readout.replaceChildren(swatch, `row ${row}, column ${column}: red ${red}, green ${green}, blue ${blue}`);
}
