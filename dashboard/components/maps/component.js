const SIDE = 32;
// Blue against, orange for: told apart in every common kind of colour blindness.
const AGAINST = [31, 95, 168];
const FOR = [192, 70, 31];

export default function (component) {
  const { data, parentElement } = component;
  const pictures = parentElement.querySelector(".pictures");
  pictures.style.setProperty("--side", `${data.side}px`);
  pictures.replaceChildren(...data.maps.map((map) => createFigure(map, data)));
  parentElement.querySelector(".scale").hidden = !data.hasScale;
}

function createFigure(map, data) {
  const figure = document.createElement("figure");
  const title = document.createElement("div");
  title.className = "title";
  title.textContent = map.title;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${map.title}. ${map.note}`);
  canvas.getContext("2d").putImageData(compose(map, data), 0, 0);
  const note = document.createElement("div");
  note.className = "note";
  note.textContent = map.note;
  figure.append(title, canvas, note);
  return figure;
}

function decode(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function compose(map, data) {
  const pixels = new ImageData(SIDE, SIDE);
  const image = decode(map.image ?? data.image);
  const values = map.values && new DataView(decode(map.values).buffer);
  for (let place = 0; place < SIDE * SIDE; place += 1) {
    const [red, green, blue] = image.subarray(3 * place, 3 * place + 3);
    let shown = [red, green, blue];
    if (values) {
      const value = values.getInt16(2 * place, true) / 1000;
      const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
      const base = 128 + 0.6 * (grey - 128);
      const tint = value < 0 ? AGAINST : FOR;
      // A root lifts the weak values, which are most of them, above what the eye can miss.
      const cover = data.overlay * Math.sqrt(Math.abs(value));
      shown = tint.map((part) => base + (part - base) * cover);
    }
    pixels.data.set([...shown, 255], 4 * place);
  }
  return pixels;
}
