import { create, find } from "../shared/elements.js";
import { follow } from "../shared/following.js";
import { createRegistry } from "../shared/state.js";

/**
 * It asks the server how the run is doing and hands new charts to those who draw them, without Streamlit drawing the
 * page again: that costs twenty times as much, of a processor that trains.
 *
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ words: string, share: number, numbers: [string, string, string][], stage: string, is_still: boolean,
 *   interval: number }} Pulse
 * @typedef {{ pulse: Pulse & { key: string }, feed: string }} Data
 * @typedef {{ pulse: Pulse, charts: Record<string, string> }} Answer
 * @typedef {(name: "passed", value: boolean) => void} SetTriggerValue
 */

const PATIENCE = 3; // refusals in a row after which the page is drawn anew

const stateOf = createRegistry(() => ({ sent: "", refused: 0, stop: () => {} }));

/** @param {Mounted<Data, { passed: boolean }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  state.stop();
  if (state.sent !== data.pulse.key) {
    state.sent = data.pulse.key;
    show(parentElement, data.pulse);
  }
  state.refused = 0;
  state.stop = follow(data.feed, data.pulse.interval, createTake(state, data, parentElement, setTriggerValue));
  return state.stop;
}

/**
 * @param {{ refused: number }} state
 * @param {Data} data
 * @param {ShadowRoot} root
 * @param {SetTriggerValue} setTriggerValue
 * @returns {(answer: Answer | null) => number} Takes an answer; returns after how many seconds to ask again.
 */
function createTake(state, { pulse }, root, setTriggerValue) {
  let { interval } = pulse;
  return (answer) => {
    if (answer) {
      interval = answer.pulse.interval;
      show(root, answer.pulse);
      window.dispatchEvent(new CustomEvent("cifar-lab-charts", { detail: answer.charts }));
    }
    state.refused = answer ? 0 : state.refused + 1;
    if (answer ? answer.pulse.stage !== pulse.stage : state.refused % PATIENCE === 0) {
      setTriggerValue("passed", true);
    }
    return interval;
  };
}

/**
 * @param {ShadowRoot} root
 * @param {Pulse} pulse
 */
function show(root, { words, share, numbers, is_still: isStill }) {
  find(root, ".words", HTMLElement).textContent = words;
  find(root, ".pulse", HTMLElement).classList.toggle("still", isStill);
  find(root, ".bar", HTMLElement).style.width = `${100 * share}%`;
  const track = find(root, ".track", HTMLElement);
  track.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  track.setAttribute("aria-label", words);
  const list = find(root, ".numbers", HTMLElement);
  const text = JSON.stringify(numbers);
  if (list.dataset.shown !== text) {
    list.dataset.shown = text;
    list.replaceChildren(...numbers.map(createNumber));
  }
}

/** @param {[string, string, string]} number */
function createNumber([label, value, origin]) {
  const entry = create("div");
  entry.append(create("dt", "", label), create("dd", "", value), create("dd", "", origin));
  return entry;
}
