import { decodeSprite, SIDE } from "../shared/sprite.js";
import { createPicture } from "./raster.js";

/**
 * The pictures behind points, fetched when they are near, some hundreds at a time, and kept while there is room.
 *
 * @import { Picture } from "./raster.js"
 * @typedef {{ find: (id: number) => Picture | undefined, want: (asker: string, ids: number[]) => void, stop: () => void }} Album
 */

const AT_ONCE = 256;
const MOST_KEPT = 8000;
const PATIENCE = 60; // milliseconds in which a moving map may come to want others
const COLUMNS = 16; // as in dashboard/session/pictures.py

/**
 * @param {string} address Answers "/" and packed ids with a sprite.
 * @param {() => void} arrived Called when there are more.
 * @returns {Album}
 */
export function createAlbum(address, arrived) {
  /** @type {Map<number, Picture>} */
  const pictures = new Map();
  /** @type {Set<number>} */
  const asked = new Set();
  /** @type {Map<string, number>} */
  const timers = new Map(); // by who asks: what it wanted before is wanted no more
  let isStopped = false;
  /** @param {number[]} ids */
  const ask = async (ids) => {
    for (const id of ids) {
      asked.add(id);
    }
    const found = await fetchPictures(`${address}/${packIds(ids)}`, ids.length);
    if (!found) {
      return; // not asked for again: the server has said what it has to say
    }
    ids.forEach((id, place) => {
      pictures.set(id, found[place]);
      asked.delete(id);
    });
    forgetOldest(pictures);
    if (!isStopped) {
      arrived();
    }
  };
  return {
    find: (id) => pictures.get(id),
    want: (asker, ids) => {
      clearTimeout(timers.get(asker));
      const timer = window.setTimeout(() => {
        const missing = ids.filter((id) => !pictures.has(id) && !asked.has(id));
        for (let start = 0; start < missing.length; start += AT_ONCE) {
          ask(missing.slice(start, start + AT_ONCE));
        }
      }, PATIENCE);
      timers.set(asker, timer);
    },
    stop: () => {
      isStopped = true;
      timers.forEach(clearTimeout);
    },
  };
}

/**
 * Ids as an address takes them: 4 bytes each, little endian, in base64 without signs that addresses give a meaning.
 *
 * @param {readonly number[]} ids
 */
export function packIds(ids) {
  const bytes = new Uint8Array(4 * ids.length);
  const view = new DataView(bytes.buffer);
  ids.forEach((id, place) => {
    view.setUint32(4 * place, id, true);
  });
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** @param {Map<number, Picture>} pictures In the order they came. */
function forgetOldest(pictures) {
  for (const id of pictures.keys()) {
    if (pictures.size <= MOST_KEPT) {
      return;
    }
    pictures.delete(id);
  }
}

/**
 * @param {string} address
 * @param {number} count
 * @returns {Promise<Picture[] | null>} null if the server has none, or is gone.
 */
async function fetchPictures(address, count) {
  try {
    const response = await fetch(address);
    return response.ok ? await cutSprite(new Uint8Array(await response.arrayBuffer()), count) : null;
  } catch {
    return null; // Streamlit says that the server is gone
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} count
 */
async function cutSprite(bytes, count) {
  const sprite = await decodeSprite(bytes);
  const context = new OffscreenCanvas(sprite.width, sprite.height).getContext("2d", { willReadFrequently: true });
  if (!context) {
    throw new Error("this browser draws on no canvas");
  }
  context.drawImage(sprite, 0, 0);
  sprite.close();
  return Array.from({ length: count }, (_, place) => {
    const [left, top] = [SIDE * (place % COLUMNS), SIDE * Math.floor(place / COLUMNS)];
    return createPicture(new Uint32Array(context.getImageData(left, top, SIDE, SIDE).data.buffer), SIDE);
  });
}
