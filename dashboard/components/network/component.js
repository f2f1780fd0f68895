import { create, createButton, find, keepOneTabStop } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { destination } from "../shared/walking.js";
import { placeChannels, placeSides, stand } from "./layout.js";
import { Tip } from "./tip.js";
import { describe } from "./words.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Box, Placed, Solid } from "./layout.js"
 * @typedef {{ label: string, kinds: Record<string, { title: string, colour: string }>, boxes: Box[] }} Data
 */

const stateOf = createRegistry(() => ({ sent: "", tip: /** @type {Tip | null} */ (null), stop: () => {} }));

/** @param {Mounted<Data>} mounted */
export default function render({ data, parentElement }) {
  const state = stateOf(parentElement);
  const sent = JSON.stringify(data);
  state.stop();
  if (state.sent !== sent) {
    state.sent = sent;
    fill(parentElement, data);
  }
  const tip = state.tip ?? new Tip(parentElement);
  state.tip = tip;
  const stage = find(parentElement, ".boxes", HTMLElement);
  /** @param {number} place */
  const show = (place) => tip.show(place, data.boxes[place], buttonsOf(stage)[place]);
  listen(stage, show, () => tip.hide());
  const observer = new ResizeObserver(() => layOut(parentElement, data.boxes));
  observer.observe(stage);
  layOut(parentElement, data.boxes);
  if (tip.place >= 0) {
    show(Math.min(tip.place, data.boxes.length - 1));
  }
  state.stop = () => {
    observer.disconnect();
    tip.release();
  };
  return state.stop;
}

/**
 * Boxes stay while there are as many: a new one would drop the keyboard.
 *
 * @param {ShadowRoot} root
 * @param {Data} data
 */
function fill(root, { label, kinds, boxes }) {
  find(root, ".network", HTMLElement).setAttribute("aria-label", label);
  const stage = find(root, ".boxes", HTMLElement);
  while (stage.children.length > boxes.length) {
    stage.lastElementChild?.remove();
  }
  while (stage.children.length < boxes.length) {
    stage.append(createBox());
  }
  const buttons = buttonsOf(stage);
  buttons.forEach((button, place) => {
    button.setAttribute("aria-label", describe(boxes[place]));
    button.style.setProperty("--kind", kinds[boxes[place].kind].colour);
  });
  keepOneTabStop(buttons, buttons.find((button) => button.tabIndex === 0) ?? buttons[0]);
  find(root, ".legend", HTMLElement).replaceChildren(
    ...Object.values(kinds).map(({ title, colour }) => {
      const entry = create("span", "", title);
      entry.style.setProperty("--kind", colour);
      return entry;
    }),
  );
}

function createBox() {
  const button = createButton("", null);
  button.tabIndex = -1;
  button.innerHTML =
    '<svg aria-hidden="true"><path class="side"></path><path class="roof"></path><path class="front"></path></svg>';
  return button;
}

/** @param {HTMLElement} stage */
function buttonsOf(stage) {
  return /** @type {HTMLElement[]} */ ([...stage.children]);
}

/**
 * @param {ShadowRoot} root
 * @param {readonly Box[]} boxes
 */
function layOut(root, boxes) {
  const stage = find(root, ".boxes", HTMLElement);
  const { clientWidth: width, clientHeight: height } = stage;
  if (!width) {
    return;
  }
  const solids = stand(boxes, { width, height });
  buttonsOf(stage).forEach((button, place) => {
    const end = solids[place + 1]?.left ?? width;
    button.style.left = `${solids[place].left}px`;
    button.style.width = `${end - solids[place].left}px`;
    drawSolid(button, solids[place], height);
  });
  const rows = { channels: find(root, ".channels", HTMLElement), sides: find(root, ".sides", HTMLElement) };
  const letter = Number.parseFloat(getComputedStyle(rows.channels).fontSize);
  rows.channels.replaceChildren(...placeChannels(boxes, solids, width, letter).map(createLabel));
  rows.sides.replaceChildren(
    ...placeSides(boxes, solids, width, letter).flatMap((label) => [createLine(label), createLabel(label)]),
  );
}

/**
 * @param {HTMLElement} button
 * @param {Solid} solid
 * @param {number} ground
 */
function drawSolid(button, { wide, high, right, up }, ground) {
  const top = ground - high;
  const paths = {
    side: `M${wide} ${ground}l${right} ${-up}v${-high}l${-right} ${up}z`,
    roof: `M0 ${top}l${right} ${-up}h${wide}l${-right} ${up}z`,
    front: `M0 ${ground}h${wide}v${-high}h${-wide}z`,
  };
  for (const [name, path] of Object.entries(paths)) {
    find(button, `.${name}`, SVGElement).setAttribute("d", path);
  }
}

/** @param {Placed} label */
function createLabel({ text, left }) {
  const words = create("span", "", text);
  words.style.left = `${left}px`;
  return words;
}

/** @param {Placed} label */
function createLine({ from, to }) {
  const line = create("i");
  line.style.left = `${from}px`;
  line.style.width = `${to - from}px`;
  return line;
}

/**
 * @param {HTMLElement} stage
 * @param {(place: number) => void} show
 * @param {() => void} hide
 */
function listen(stage, show, hide) {
  const buttons = buttonsOf(stage);
  buttons.forEach((button, place) => {
    button.onpointerenter = ({ pointerType }) => pointerType === "mouse" && show(place);
    button.onclick = () => show(place); // a tap
    button.onfocus = () => {
      keepOneTabStop(buttons, button);
      show(place);
    };
    button.onblur = hide;
    button.onkeydown = (event) => {
      const next = destination(event.key, place, buttons.length, ["ArrowLeft", "ArrowRight"]);
      if (next !== null) {
        event.preventDefault();
        buttons[next].focus();
      }
    };
  });
  stage.onpointerleave = () => {
    const focused = buttons.findIndex((button) => button.matches(":focus-visible"));
    if (focused < 0) {
      hide();
    } else {
      show(focused);
    }
  };
}
