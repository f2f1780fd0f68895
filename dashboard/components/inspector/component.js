import { pointerAt } from "../shared/canvas.js";
import { create, createChoice, find } from "../shared/elements.js";
import { unpack } from "../shared/message.js";
import { paintPixels, pixelOf, readPictures, SIDE } from "../shared/sprite.js";
import { createRegistry, createTurns } from "../shared/state.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ title: string, hint: string, side: number }} Header
 */

const CHANNELS = ["Colour", "Red", "Green", "Blue"];

/** The channel stays chosen from image to image. */
const stateOf = createRegistry(() => ({ channel: 0 }));
const takeTurn = createTurns();

/** @param {Mounted<Uint8Array, { step: number }>} mounted */
export default async function render({ data, parentElement, setTriggerValue }) {
  const isLatest = takeTurn(parentElement);
  /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
  const { header, rest } = unpack(data);
  const [picture] = await readPictures(rest);
  if (isLatest()) {
    show(parentElement, stateOf(parentElement), header, picture, setTriggerValue);
  }
}

/**
 * @param {ShadowRoot} root
 * @param {{ channel: number }} state
 * @param {Header} header
 * @param {Uint8ClampedArray} picture
 * @param {(name: "step", value: number) => void} setTriggerValue
 */
function show(root, state, header, picture, setTriggerValue) {
  const canvas = find(root, ".image", HTMLCanvasElement);
  canvas.style.setProperty("--side", `${header.side}px`);
  canvas.setAttribute("aria-label", `${header.title}. ${header.hint}`);
  find(root, ".title", HTMLElement).textContent = header.title;
  const readout = find(root, ".readout", HTMLElement);
  readout.textContent = header.hint;

  canvas.onpointermove = (event) => tellPixel(readout, picture, pixelUnder(event, canvas));
  canvas.onpointerdown = canvas.onpointermove;
  canvas.onpointerleave = (event) => {
    // What a finger has left stays to be read.
    if (event.pointerType !== "touch") {
      readout.textContent = header.hint;
    }
  };
  canvas.onkeydown = (event) => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step) {
      event.preventDefault();
      setTriggerValue("step", step);
    }
  };
  const buttons = createChoice(CHANNELS, state.channel, (channel) => {
    state.channel = channel;
    paint(canvas, picture, channel);
  });
  find(root, ".channels", HTMLElement).replaceChildren(...buttons);
  paint(canvas, picture, state.channel);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8ClampedArray} picture
 * @param {number} channel 0 for all three.
 */
function paint(canvas, picture, channel) {
  paintPixels(canvas, (place) => {
    const colour = pixelOf(picture, place);
    const value = colour[channel - 1];
    return channel === 0 ? colour : [value, value, value];
  });
}

/**
 * @param {PointerEvent} event
 * @param {HTMLCanvasElement} canvas
 * @returns {{ column: number, row: number }}
 */
function pixelUnder(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const [left, top] = pointerAt(event, canvas);
  /** @type {(offset: number, size: number) => number} */
  const place = (offset, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((offset / size) * SIDE)));
  return { column: place(left, box.width), row: place(top, box.height) };
}

/**
 * @param {HTMLElement} readout
 * @param {Uint8ClampedArray} picture
 * @param {{ column: number, row: number }} pixel
 */
function tellPixel(readout, picture, { column, row }) {
  const [red, green, blue] = pixelOf(picture, row * SIDE + column);
  const swatch = create("span", "swatch");
  swatch.style.background = `rgb(${red} ${green} ${blue})`;
  readout.replaceChildren(swatch, `row ${row}, column ${column}: red ${red}, green ${green}, blue ${blue} of 255`);
}
