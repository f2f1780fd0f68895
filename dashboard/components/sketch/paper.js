import { find } from "../shared/elements.js";
import { SIDE } from "../shared/sprite.js";
import { paintDrawing, paintPreview } from "./painting.js";
import { change, ends, isTouched, move, reduce, shown, startHistory, step } from "./strokes.js";
import { BACKGROUNDS, COLOURS, createBrushes, createRubber, createSwatches, WIDTHS } from "./tools.js";

/**
 * @import { Point } from "../shared/screen.js"
 * @import { Dab, History } from "./strokes.js"
 * @import { Brush } from "./tools.js"
 * @typedef {{ history: History, brush: Brush }} Kept
 * @typedef {{ dabs: Dab[], pointer: number | null, erases: boolean }} Line What is being drawn; by keyboard without a
 *   pointer.
 * @typedef {{ line: Line | null, at: Point, frame: number }} State
 */

const RUBBER_BUTTON = 32; // of a pen that is turned round

/**
 * A drawing outlives its paper, which is taken away with each change of page.
 *
 * @type {Kept}
 */
const kept = {
  history: startHistory(BACKGROUNDS[0][1]),
  brush: { colour: COLOURS[0][1], width: WIDTHS[1][1] },
};

/** @returns {State} */
export function startPaper() {
  return { line: null, at: [0.5, 0.5], frame: 0 };
}

/** The canvas, and what is drawn on it. */
export class Paper {
  /**
   * @param {ShadowRoot} root
   * @param {State} state
   * @param {(paper: Paper) => void} tell Told whenever something else is on the paper.
   */
  constructor(root, state, tell) {
    this.root = root;
    this.state = state;
    this.tell = tell;
    this.canvas = find(root, ".canvas", HTMLCanvasElement);
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!context) {
      throw new Error("this browser draws on no canvas");
    }
    this.context = context;
  }

  /** @param {string} label */
  wire(label) {
    const { canvas, root } = this;
    canvas.setAttribute("aria-label", label);
    canvas.onpointerdown = (event) => this.begin(event);
    canvas.onpointermove = (event) => this.follow(event);
    canvas.onpointerup = (event) => this.finish(event.pointerId);
    canvas.onpointercancel = (event) => this.finish(event.pointerId);
    canvas.onkeydown = (event) => this.hear(event);
    canvas.onblur = () => {
      this.finish(null);
      this.showCursor(false);
    };
    find(root, ".undo", HTMLButtonElement).onclick = () => this.keep(move(kept.history, -1));
    find(root, ".redo", HTMLButtonElement).onclick = () => this.keep(move(kept.history, 1));
    find(root, ".clear", HTMLButtonElement).onclick = () => this.keep(change(kept.history, { strokes: [] }));
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (!event.isPrimary || event.button > 0 || this.state.line) {
      return; // a second finger, another button
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.showCursor(false);
    const erases = Boolean(event.buttons & RUBBER_BUTTON);
    this.state.line = { dabs: [this.dabOf(event)], pointer: event.pointerId, erases };
    this.draw();
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const { line } = this.state;
    if (line?.pointer === event.pointerId) {
      const between = event.getCoalescedEvents?.() ?? [];
      line.dabs.push(...(between.length ? between : [event]).map((each) => this.dabOf(each)));
      this.draw();
    }
  }

  /** @param {number | null} pointer */
  finish(pointer) {
    const { line } = this.state;
    if (line && line.pointer === pointer) {
      this.state.line = null;
      this.keep(change(kept.history, { strokes: [...shown(kept.history).strokes, this.strokeOf(line)] }));
    }
  }

  /** @param {KeyboardEvent} event */
  hear(event) {
    const to = step(this.state.at, event);
    if (to) {
      this.state.at = to;
      this.state.line?.dabs.push([...to, 1]);
      this.draw();
    } else if (event.key === " " || event.key === "Enter") {
      this.putDown();
    } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) {
      this.keep(move(kept.history, event.shiftKey ? 1 : -1));
    } else {
      return;
    }
    event.preventDefault();
    this.showCursor(true);
  }

  /** Puts the keyboard's brush down, or lifts it. */
  putDown() {
    if (this.state.line) {
      this.finish(null);
    } else {
      this.state.line = { dabs: [[...this.state.at, 1]], pointer: null, erases: false };
      this.draw();
    }
  }

  /**
   * @param {PointerEvent} event
   * @returns {Dab}
   */
  dabOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const pressure = event.pointerType === "pen" ? event.pressure : 1;
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, pressure];
  }

  /** @param {Line} line */
  strokeOf({ dabs, erases }) {
    return { colour: erases ? null : kept.brush.colour, width: kept.brush.width, dabs };
  }

  /** @param {History} history */
  keep(history) {
    kept.history = history;
    this.show();
  }

  /** @param {Partial<Brush>} changes */
  take(changes) {
    kept.brush = { ...kept.brush, ...changes };
    this.show();
  }

  /** Draws before the next frame, however often a pointer moves until then. */
  draw() {
    cancelAnimationFrame(this.state.frame);
    this.state.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const drawing = shown(kept.history);
    const { line } = this.state;
    const strokes = line ? [...drawing.strokes, this.strokeOf(line)] : drawing.strokes;
    paintDrawing(this.context, { ...drawing, strokes });
    paintPreview(find(this.root, ".preview", HTMLCanvasElement), this.pixels());
    this.tell(this);
  }

  /** Whether there is anything on it, the line that is being drawn among it. */
  get isTouched() {
    return this.state.line !== null || isTouched(kept.history);
  }

  /** Red, green and blue of 32x32 pixels, row by row. */
  pixels() {
    const side = this.canvas.width;
    return reduce(this.context.getImageData(0, 0, side, side).data, side, SIDE);
  }

  show() {
    this.paint();
    this.showTools();
    const { isFirst, isLast } = ends(kept.history);
    setEnabled(this.root, ".undo", !isFirst);
    setEnabled(this.root, ".redo", !isLast);
    setEnabled(this.root, ".clear", shown(kept.history).strokes.length > 0);
  }

  showTools() {
    const { colour, width } = kept.brush;
    replace(this.root, ".colours", [
      ...createSwatches(COLOURS, colour, (chosen) => this.take({ colour: chosen })),
      createRubber(colour === null, () => this.take({ colour: null })),
    ]);
    replace(
      this.root,
      ".brushes",
      createBrushes(width, (chosen) => this.take({ width: chosen })),
    );
    replace(
      this.root,
      ".backgrounds",
      createSwatches(BACKGROUNDS, shown(kept.history).background, (background) =>
        this.keep(change(kept.history, { background })),
      ),
    );
  }

  /** @param {boolean} isShown */
  showCursor(isShown) {
    const cursor = find(this.root, ".cursor", HTMLElement);
    const { at, line } = this.state;
    cursor.hidden = !isShown;
    cursor.classList.toggle("down", line !== null);
    [cursor.style.left, cursor.style.top] = at.map((part) => `${100 * part}%`);
    cursor.style.width = `calc(${100 * kept.brush.width}% + 4px)`;
    cursor.style.aspectRatio = "1";
    const [column, row] = at.map((part) => Math.round(32 * part));
    const words = line ? "Brush down" : "Brush up";
    find(this.root, ".state", HTMLElement).textContent = isShown ? `${words}, column ${column}, row ${row}.` : "";
  }
}

/**
 * Puts others in place of buttons; the keyboard stays at the same one.
 *
 * @param {ShadowRoot} root
 * @param {string} selector
 * @param {readonly HTMLElement[]} elements
 */
function replace(root, selector, elements) {
  const box = find(root, selector, HTMLElement);
  const { activeElement } = root;
  const focused = activeElement ? [...box.children].indexOf(activeElement) : -1;
  box.replaceChildren(...elements);
  elements[focused]?.focus();
}

/**
 * @param {ShadowRoot} root
 * @param {string} selector
 * @param {boolean} isEnabled
 */
export function setEnabled(root, selector, isEnabled) {
  const button = find(root, selector, HTMLButtonElement);
  if (!isEnabled && button === root.activeElement) {
    find(root, ".canvas", HTMLCanvasElement).focus(); // a button that goes grey would drop the keyboard
  }
  button.disabled = !isEnabled;
}
