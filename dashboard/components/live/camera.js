import { contextOf } from "../shared/canvas.js";
import { create } from "../shared/elements.js";

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

/** @param {MediaStream | null} stream */
function release(stream) {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}

/** A camera, and what it sees. */
export class Camera {
  /** @param {HTMLVideoElement} video Where it is seen. */
  constructor(video) {
    this.video = video;
    this.canvas = create("canvas");
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {"environment" | "user"} Of a phone's two. */
    this.facing = "environment";
    this.tries = 0;
  }

  /**
   * Asks for it, and shows what it sees.
   *
   * @returns {Promise<boolean>} Whether it runs: not if it was stopped or started anew while somebody was asked.
   */
  async start() {
    this.stop();
    const { tries } = this;
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new Error("browsers give it to pages from https, from this computer, or opened from its disk alone");
    }
    const video = { ...WANTED, facingMode: this.facing };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      if (tries === this.tries) {
        this.stream = stream;
        this.video.srcObject = stream;
        await this.video.play();
      } else {
        release(stream);
      }
    } catch (error) {
      if (tries === this.tries) {
        throw error;
      }
    }
    return tries === this.tries;
  }

  stop() {
    this.tries += 1;
    release(this.stream);
    this.stream = null;
    this.video.srcObject = null;
  }

  /** From the one to the other, when it is started again. */
  turn() {
    this.facing = this.facing === "user" ? "environment" : "user";
  }

  /** How many there are; browsers say so once one of them was allowed. */
  async count() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === "videoinput").length;
  }

  /**
   * What it sees now; null as long as it sees nothing.
   *
   * @returns {Bitmap | null} The central square.
   */
  grab() {
    const { canvas, video } = this;
    const side = Math.min(video.videoWidth, video.videoHeight);
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || side === 0) {
      return null;
    }
    if (canvas.width !== side) {
      [canvas.width, canvas.height] = [side, side];
    }
    const [left, top] = [(video.videoWidth - side) >> 1, (video.videoHeight - side) >> 1];
    const context = canvas.getContext("2d", { willReadFrequently: true }) ?? contextOf(canvas);
    context.drawImage(video, left, top, side, side, 0, 0, side, side);
    return { pixels: context.getImageData(0, 0, side, side).data, width: side, height: side };
  }
}
