import { createRegistry } from "../shared/state.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ of: "runs" | "list" | "chosen" | "sweeps", stage: string }} Data
 */

const stateOf = createRegistry(() => ({ told: "", stop: () => {} }));

/** @param {Mounted<Data, { passed: boolean }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  state.stop();
  /** @param {Event} event */
  const hear = (event) => {
    const stage = event instanceof CustomEvent ? event.detail[data.of] : data.stage;
    // To draw anew would close an open dialog: there is a next time.
    if (stage !== data.stage && stage !== state.told && !document.querySelector('[role="dialog"]')) {
      state.told = stage;
      setTriggerValue("passed", true);
    }
  };
  window.addEventListener("cifar-lab-runs", hear);
  state.stop = () => window.removeEventListener("cifar-lab-runs", hear);
  return state.stop;
}
