import assert from "node:assert/strict";
import test from "node:test";
import { keepSteps, Steps } from "../../dashboard/steps.js";

const at = (/** @type {string} */ rest) => new URL(rest, "http://127.0.0.1:8501/");

test("what a page adds to its address as it opens is part of opening it", () => {
  const steps = new Steps();
  assert.equal(steps.isPart(at("Errors"), at("Errors?run=a")), true);
  assert.equal(steps.isPart(at("Errors?run=a"), at("Errors?run=a&epoch=2")), true);
  steps.act();
  assert.equal(steps.isPart(at("Errors?run=a&epoch=2"), at("Errors?run=a&epoch=1")), false);
});

test("what is added later is a step, as is what changes at once", () => {
  const steps = new Steps();
  steps.act();
  assert.equal(steps.isPart(at("Explore"), at("Explore?image=7")), false);
  const others = new Steps();
  assert.equal(others.isPart(at("Errors?run=a"), at("Errors?run=b")), false);
});

test("all that one press changes is one step", () => {
  const steps = new Steps();
  steps.act();
  assert.equal(steps.isPart(at("Explore"), at("Explore?image=7")), false);
  assert.equal(steps.isPart(at("Explore?image=7"), at("Explore?image=7&page=2")), true);
  steps.act();
  const [on, half, off] = [at("Explore?cls=ring&page=2"), at("Explore?page=2"), at("Explore")];
  assert.equal(steps.isPart(on, half), false);
  assert.equal(steps.isPart(half, off), true);
  assert.equal(steps.isPart(off, at("Runs")), true, "it was emptied on the way to another page");
});

test("what another press adds is another step", () => {
  const steps = new Steps();
  steps.act();
  assert.equal(steps.isPart(at("Explore"), at("Explore?cls=ring")), false);
  steps.act();
  assert.equal(steps.isPart(at("Explore?cls=ring"), at("Explore?cls=ring&image=7")), false);
});

test("an address that is emptied on the way to another page is no step", () => {
  const steps = new Steps();
  steps.act();
  assert.equal(steps.isPart(at("Explore?view=Map&image=7"), at("Explore?image=7")), false);
  assert.equal(steps.isPart(at("Explore?image=7"), at("Runs")), true);
  assert.equal(steps.isPart(at("Runs"), at("Runs?runs=a")), true);
});

test("what a link to another page carries is no step on the page that is left", () => {
  const steps = new Steps();
  steps.act();
  assert.equal(steps.isPart(at("Errors?run=a&show=Robust"), at("Errors?run=a&under=fog-3")), false);
  assert.equal(steps.isPart(at("Errors?run=a&under=fog-3"), at("Explain?run=a&under=fog-3")), true);
  assert.equal(steps.isPart(at("Explain?run=a&under=fog-3"), at("Explain?run=a&under=fog-3&image=7")), true);
});

test("who makes a choice and then leaves by a link that carries just that has taken two steps", () => {
  const steps = new Steps();
  steps.act();
  assert.equal(steps.isPart(at("Explore?image=7"), at("Explore?image=8")), false);
  steps.act();
  assert.equal(steps.isPart(at("Explore?image=8"), at("Explain?image=8")), false);
});

test("who takes something out of the address and then leaves has taken two steps", () => {
  const steps = new Steps();
  steps.act();
  assert.equal(steps.isPart(at("Explore?image=7"), at("Explore")), false);
  steps.act();
  assert.equal(steps.isPart(at("Explore"), at("Runs")), false);
});

test("a window pushes steps and replaces what is part of them", () => {
  /** @type {string[]} */
  const done = [];
  const location = { href: at("Errors").href };
  const note =
    (/** @type {string} */ how) =>
    (/** @type {unknown} */ _, /** @type {string} */ __, url = "") => {
      done.push(`${how} ${url}`);
      location.href = at(url).href;
    };
  const history = { pushState: note("push"), replaceState: note("replace") };
  /** @type {(() => void)[]} */
  const heard = [];
  const addEventListener = (/** @type {string} */ _, /** @type {() => void} */ hear) => heard.push(hear);
  keepSteps(/** @type {any} */ ({ history, location, addEventListener }));
  history.pushState(null, "", "/Errors?run=a");
  heard[0]();
  history.pushState(null, "", "/Errors?run=b");
  assert.deepEqual(done, ["replace /Errors?run=a", "push /Errors?run=b"]);
});
