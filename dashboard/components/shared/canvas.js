/** @import { Point, Size } from "./screen.js" */

/** @param {HTMLCanvasElement} canvas */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) {
    throw new Error("this browser draws on no canvas");
  }
  return context;
}

/**
 * Empties a canvas and gives it the screen's own pixels; what is drawn then counts in CSS pixels.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function sharpen(canvas) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = contextOf(canvas);
  context.scale(ratio, ratio);
  return context;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Size} In CSS pixels.
 */
export function sizeOf(canvas) {
  return { width: canvas.clientWidth, height: canvas.clientHeight };
}

/**
 * @param {MouseEvent} event
 * @param {HTMLCanvasElement} canvas
 * @returns {Point} In CSS pixels from the canvas's corner.
 */
export function pointerAt(event, canvas) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/**
 * Draws before the next frame, once however often it is asked to, and whenever the canvas has another size. A canvas that
 * has left the page meanwhile has neither size nor colours: nothing is drawn.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} draw
 */
export function createRedraw(canvas, draw) {
  let frame = 0;
  const redraw = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => canvas.isConnected && draw());
  };
  const observer = new ResizeObserver(redraw);
  observer.observe(canvas);
  const stop = () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
  return { redraw, stop };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {readonly (Point | null)[]} points A gap where one is null.
 */
export function strokePath(context, points) {
  context.beginPath();
  let isBroken = true;
  for (const point of points) {
    if (point) {
      context[isBroken ? "moveTo" : "lineTo"](...point);
    }
    isBroken = !point;
  }
  context.stroke();
}
