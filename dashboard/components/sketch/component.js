import { find } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { Paper, setEnabled, startPaper } from "./paper.js";
import { toBase64 } from "./strokes.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ label: string, action: string }} Data
 */

const stateOf = createRegistry(startPaper);

/** @param {Mounted<Data, { drawn: string }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const paper = new Paper(parentElement, stateOf(parentElement), ({ isTouched }) =>
    setEnabled(parentElement, ".hand-over", isTouched),
  );
  paper.wire(data.label);
  const button = find(parentElement, ".hand-over", HTMLButtonElement);
  button.textContent = data.action;
  button.onclick = () => setTriggerValue("drawn", toBase64(paper.pixels()));
  paper.show();
}
