import { create, find } from "../shared/elements.js";
import { follow } from "../shared/following.js";
import { createRegistry } from "../shared/state.js";
import { renew } from "./renewal.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ run_id: string, words: string, share: number | null, address: string }} Line
 * @typedef {{ lines: Line[], feed: string, interval: number, seen: string[], release: string }} Data
 * @typedef {{ lines: Line[], runs: string, chosen: string, sweeps: string }} Answer
 */

const stateOf = createRegistry(() => ({ shown: "", sent: "", stop: () => {} }));

/** @param {Mounted<Data, { opened: string }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  renew(data.release, window);
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
  /** @param {Answer | null} answer */
  const take = (answer) => {
    if (answer) {
      show(answer.lines);
      window.dispatchEvent(new CustomEvent("cifar-lab-runs", { detail: answer }));
    }
    return data.interval;
  };
  state.stop = follow(data.feed, data.interval, take);
  return state.stop;
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
