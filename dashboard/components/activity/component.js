import { create, find } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ run_id: string, words: string, share: number | null, address: string }} Line
 * @typedef {{ lines: Line[], feed: string, interval: number, seen: string[] }} Data
 * @typedef {{ lines: Line[], runs: string, chosen: string }} Answer
 */

const stateOf = createRegistry(() => ({ shown: "", sent: "", stop: () => {} }));

/** @param {Mounted<Data, { opened: string }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  state.stop();
  /** @param {Line[]} lines */
  const show = (lines) => {
    const wanted = lines.filter(({ run_id: runId }) => !data.seen.includes(runId));
    const text = JSON.stringify(wanted);
    if (text !== state.shown) {
      state.shown = text;
      const open = /** @param {string} runId */ (runId) => setTriggerValue("opened", runId);
      find(parentElement, ".activity", HTMLElement).replaceChildren(...wanted.map((line) => createLine(line, open)));
    }
  };
  show(data.lines);
  state.stop = repeat(data, (answer) => {
    show(answer.lines);
    window.dispatchEvent(new CustomEvent("cifar-lab-runs", { detail: answer }));
  });
  return state.stop;
}

/**
 * Asks again and again while somebody looks, and at once when somebody comes back.
 *
 * @param {Data} data
 * @param {(answer: Answer) => void} take
 * @returns {() => void} Ends it.
 */
function repeat({ feed, interval }, take) {
  let isStopped = false;
  const ask = async () => {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const response = await fetch(feed, { cache: "no-store" });
        const answer = response.ok ? await response.json() : null;
        if (answer && !isStopped) {
          take(answer);
        }
      } catch {
        // The server is gone for a while: Streamlit says so and comes back to it.
      }
    }
    if (!isStopped) {
      clearTimeout(timer);
      timer = setTimeout(ask, 1000 * interval);
    }
  };
  let timer = setTimeout(ask, 1000 * interval);
  document.addEventListener("visibilitychange", ask);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", ask);
  };
}

/**
 * @param {Line} line
 * @param {(runId: string) => void} open
 */
function createLine({ run_id: runId, words, share, address }, open) {
  const link = create("a", "", words);
  link.href = new URL(address, document.baseURI).href;
  link.onclick = (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(runId);
    }
  };
  if (share !== null) {
    const track = create("div", "track");
    const bar = create("div", "bar");
    bar.style.width = `${100 * share}%`;
    track.append(bar);
    link.append(track);
  }
  return link;
}
