import { contextOf } from "../shared/canvas.js";

/** @import { Bitmap } from "./resample.js" */

const WANTED = { width: { ideal: 640 }, height: { ideal: 480 } };

/** @type {Record<string, string>} */
const TROUBLE = {
  NotAllowedError: "The camera is not allowed here. Allow it beside the page's address, and start it again.",
  NotFoundError: "There is no camera on this device.",
  NotReadableError: "Another program holds the camera. Close it there, and start it again.",
  OverconstrainedError: "There is no such camera on this device.",
};

/**
 * Why there is no picture from the camera, in words.
 *
 * @param {unknown} error
 */
export function sayTrouble(error) {
  const name = error instanceof Error ? error.name : "";
  return TROUBLE[name] ?? `The camera did not start${error instanceof Error ? ` (${error.message})` : ""}.`;
}

/**
 * Asks for the camera.
 *
 * @param {"environment" | "user"} facing On a phone, where there are two.
 */
export async function openCamera(facing) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error("browsers give it to pages from https, from this computer, or opened from its disk alone");
  }
  return navigator.mediaDevices.getUserMedia({ video: { ...WANTED, facingMode: facing }, audio: false });
}

/** @param {MediaStream | null} stream */
export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}

/**
 * What the camera sees now; null as long as it sees nothing.
 *
 * @param {HTMLVideoElement} video
 * @param {HTMLCanvasElement} canvas To draw it on.
 * @returns {Bitmap | null} Its central square.
 */
export function grabFrame(video, canvas) {
  const side = Math.min(video.videoWidth, video.videoHeight);
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || side === 0) {
    return null;
  }
  const [left, top] = [(video.videoWidth - side) >> 1, (video.videoHeight - side) >> 1];
  if (canvas.width !== side) {
    [canvas.width, canvas.height] = [side, side];
  }
  const context = canvas.getContext("2d", { willReadFrequently: true }) ?? contextOf(canvas);
  context.drawImage(video, left, top, side, side, 0, 0, side, side);
  return { pixels: context.getImageData(0, 0, side, side).data, width: side, height: side };
}
