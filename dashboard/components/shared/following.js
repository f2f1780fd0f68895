/**
 * Asking an address again and again while somebody looks: one tab asks for all tabs of a browser that follow it, and
 * tells the others. Each question costs the server, and a training beside it, the same, whoever asks.
 *
 * @typedef {{ version: string, answer: unknown }} Told The answer as JSON; null for a refusal.
 * @typedef {{ isMine: () => boolean, seek: () => void, leave: () => void }} Turn
 */

/**
 * @template Answer
 * @param {string} address Relative to the page.
 * @param {number} interval Seconds between two questions.
 * @param {(answer: Answer | null) => number} take Is given each new answer, or null for a refusal; returns the seconds
 *   until the next question. What has not changed is not given again, nor anything while the tab is hidden.
 * @returns {() => void} Ends it.
 */
export function follow(address, interval, take) {
  const url = new URL(address, document.baseURI).href;
  const turn = createTurn(`cifar-lab ${url}`);
  const channel = turn && new BroadcastChannel(`cifar-lab ${url}`);
  const state = { version: "", seconds: interval, hasMissed: false, isAsking: false, isStopped: false };
  /** @param {Told} told */
  const accept = (told) => {
    state.version = told.version;
    state.seconds = take(/** @type {Answer | null} */ (told.answer));
  };
  const tick = async () => {
    clearTimeout(timer);
    if (document.hidden) {
      state.hasMissed = true;
      turn?.leave();
    } else if (!state.isAsking) {
      turn?.seek();
      if (!turn || turn.isMine() || state.hasMissed) {
        await askOnce(url, state, (told) => {
          channel?.postMessage(told);
          accept(told);
        });
      }
    }
    if (!state.isStopped) {
      clearTimeout(timer);
      timer = setTimeout(tick, 1000 * state.seconds);
    }
  };
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (document.hidden) {
        state.hasMissed = true;
      } else {
        accept(data);
      }
    };
  }
  if (!document.hidden) {
    turn?.seek();
  }
  let timer = setTimeout(tick, 1000 * interval);
  document.addEventListener("visibilitychange", tick);
  return () => {
    state.isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", tick);
    channel?.close();
    turn?.leave();
  };
}

/**
 * @param {string} url
 * @param {{ version: string, hasMissed: boolean, isAsking: boolean, isStopped: boolean }} state
 * @param {(told: Told) => void} tell
 */
async function askOnce(url, state, tell) {
  state.isAsking = true;
  try {
    const headers = state.version ? { "If-None-Match": state.version } : undefined;
    const response = await fetch(url, { cache: "no-store", headers });
    state.hasMissed = false;
    if (response.status !== 304) {
      const told = { version: response.headers.get("ETag") ?? "", answer: response.ok ? await response.json() : null };
      if (!state.isStopped) {
        tell(told);
      }
    }
  } catch {
    // The server is gone for a while: Streamlit says so and comes back to it.
  } finally {
    state.isAsking = false;
  }
}

/**
 * Whose turn it is to ask, among the tabs of this browser. Closing a tab ends its turn.
 *
 * @param {string} name
 * @returns {Turn | null} null where tabs cannot agree, e.g. on pages of another machine without TLS: each asks alone.
 */
function createTurn(name) {
  if (!navigator.locks || !globalThis.BroadcastChannel) {
    return null;
  }
  /** @type {AbortController | null} */
  let sought = null;
  let release = /** @type {(() => void) | null} */ (null);
  const seek = () => {
    if (sought) {
      return;
    }
    const mine = new AbortController();
    sought = mine;
    const hold = () =>
      new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
        release = mine.signal.aborted ? release : resolve;
        if (mine.signal.aborted) {
          resolve();
        }
      });
    // Refused, it is sought again at the next tick.
    navigator.locks.request(name, { signal: mine.signal }, hold).catch(() => {
      sought = sought === mine ? null : sought;
    });
  };
  const leave = () => {
    sought?.abort();
    release?.();
    sought = release = null;
  };
  return { isMine: () => release !== null, seek, leave };
}
