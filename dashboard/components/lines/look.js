/**
 * What the charts of a page have in common: where their cursor stands, and how they are looked at. Zoomed is each by
 * itself.
 *
 * @typedef {{ axis: string, x: number, by: object }} Cursor By whom it was put there: only he takes it away.
 * @typedef {Pick<Storage, "getItem" | "setItem">} Memory
 */

/** The widest smoothing, a share of the axis: beyond it a line hardly follows its values. */
export const WIDEST = 0.3;

const KEY = "cifar-lab-charts";

/** @param {Memory | null} memory Keeps it for the visit, from page to page; null where a browser keeps nothing. */
export function createLook(memory) {
  const kept = read(memory);
  /** @type {Set<() => void>} */
  const listeners = new Set();
  let cursor = /** @type {Cursor | null} */ (null);
  const tell = () => {
    for (const listener of listeners) {
      listener();
    }
  };
  const keep = () => {
    try {
      memory?.setItem(KEY, JSON.stringify({ smoothing: kept.smoothing, logs: [...kept.logs] }));
    } catch {
      // A full or forbidden memory: then it lasts as long as the page.
    }
    tell();
  };
  return {
    /** @param {() => void} listener Is called after each change, until what is returned is called. */
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    smoothing: () => kept.smoothing,
    /** @param {number} share Of the axis, from 0, none, to `WIDEST`. */
    smooth(share) {
      kept.smoothing = share;
      keep();
    },
    /** @param {string} quantity As `quantityOf` names it: charts of one quantity are looked at alike. */
    isLog: (quantity) => kept.logs.has(quantity),
    /** @param {string} quantity */
    switchLog(quantity) {
      if (!kept.logs.delete(quantity)) {
        kept.logs.add(quantity);
      }
      keep();
    },
    /** @param {string} axis Charts over other axes have a cursor of their own. */
    cursor: (axis) => (cursor?.axis === axis ? cursor.x : null),
    /**
     * @param {string} axis
     * @param {number | null} x null takes it away.
     * @param {object} by
     */
    point(axis, x, by) {
      if (x !== null || cursor?.by === by) {
        cursor = x === null ? null : { axis, x, by };
        tell();
      }
    },
  };
}

/**
 * @param {Memory | null} memory
 * @returns {{ smoothing: number, logs: Set<string> }}
 */
function read(memory) {
  let stored = null;
  try {
    stored = JSON.parse(memory?.getItem(KEY) ?? "null");
  } catch {
    // Not ours, or not whole: as if there were none.
  }
  const smoothing = Number(stored?.smoothing);
  const logs = Array.isArray(stored?.logs)
    ? stored.logs.filter((/** @type {unknown} */ log) => typeof log === "string")
    : [];
  return { smoothing: smoothing > 0 ? Math.min(smoothing, WIDEST) : 0, logs: new Set(logs) };
}

function memoryOfVisit() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // Where cookies are forbidden, to ask is an error.
  }
}

/** That of this page. */
export const pageLook = createLook(memoryOfVisit());
