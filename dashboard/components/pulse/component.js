// One instance a parentElement. It asks the server how the run is doing and hands new charts to those who draw them,
// without Streamlit drawing the page again: that costs twenty times as much, of a processor that trains.
const instances = new WeakMap();
const PATIENCE = 3;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const instance = instances.get(parentElement) ?? {};
  instances.set(parentElement, instance);
  instance.stop?.();
  if (instance.sent !== data.pulse.key) {
    instance.sent = data.pulse.key;
    show(parentElement, data.pulse);
  }
  instance.refused = 0;
  instance.stop = repeat(data.pulse.interval, () => ask(instance, data, parentElement, setTriggerValue));
  return instance.stop;
}

// Calls `act` after so many seconds, and again after as many as it returns. Returns how to end that.
function repeat(seconds, act) {
  let isStopped = false;
  const next = async () => {
    const interval = document.hidden ? seconds : await act();
    if (!isStopped) {
      timer = setTimeout(next, 1000 * interval);
    }
  };
  let timer = setTimeout(next, 1000 * seconds);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

// Returns after how many seconds to ask again.
async function ask(instance, { feed, pulse }, parentElement, setTriggerValue) {
  let interval = pulse.interval;
  try {
    const response = await fetch(feed, { cache: "no-store" });
    const answer = response.ok ? await response.json() : null;
    if (answer) {
      interval = answer.pulse.interval;
      show(parentElement, answer.pulse);
      window.dispatchEvent(new CustomEvent("cifar-lab-charts", { detail: answer.charts }));
    }
    instance.refused = answer ? 0 : instance.refused + 1;
    if (answer ? answer.pulse.stage !== pulse.stage : instance.refused % PATIENCE === 0) {
      setTriggerValue("passed", true);
    }
  } catch {
    // The server is gone for a while: Streamlit says so and comes back to it.
  }
  return interval;
}

function show(parentElement, { words, share, numbers, is_still: isStill }) {
  parentElement.querySelector(".words").textContent = words;
  parentElement.querySelector(".pulse").classList.toggle("still", isStill);
  parentElement.querySelector(".bar").style.width = `${100 * share}%`;
  const track = parentElement.querySelector(".track");
  track.setAttribute("aria-valuenow", Math.round(100 * share));
  track.setAttribute("aria-label", words);
  parentElement.querySelector(".numbers").replaceChildren(...numbers.map(createNumber));
}

function createNumber([label, value, origin]) {
  const entry = document.createElement("div");
  for (const [tag, text] of [["dt", label], ["dd", value], ["dd", origin]]) {
    const part = document.createElement(tag);
    part.textContent = text;
    entry.append(part);
  }
  return entry;
}
