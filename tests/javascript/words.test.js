import assert from "node:assert/strict";
import { test } from "node:test";
import { createFinder, search } from "../../dashboard/components/words/finding.js";

/** @type {import("../../dashboard/components/words/finding.js").Term[]} */
const TERMS = [
  { name: "loss", says: "Made small by training. Two.", words: ["losses"], labels: [] },
  { name: "gradient", says: "One. Two.", words: [], labels: [] },
  { name: "gradient norm", says: "One. Two.", words: [], labels: [] },
  { name: "Adam", says: "One. Two.", words: [], labels: [] },
  { name: "MACs", says: "One. Two.", words: ["multiply-accumulate"], labels: [] },
  { name: "95 % interval", says: "One. Two.", words: [], labels: [] },
  { name: "network width", says: "One. Two.", words: [], labels: ["Width"] },
];
const finder = createFinder(TERMS);

/** @param {string} text */
const found = (text) => finder.find(text).map(({ term, start, end }) => [term.name, text.slice(start, end)]);

test("whole words are found, in the singular, the plural and where a sentence begins", () => {
  assert.deepEqual(found("Loss and losses: no lossless, no glossary, no loss_a, no loss-making."), [
    ["loss", "Loss"],
    ["loss", "losses"],
  ]);
  assert.deepEqual(found("gradients"), [["gradient", "gradients"]]);
});

test("of several words that begin at one place the longest is meant", () => {
  assert.deepEqual(found("The gradient norm of a gradient"), [
    ["gradient norm", "gradient norm"],
    ["gradient", "gradient"],
  ]);
});

test("a capital of a spelling is part of it", () => {
  assert.deepEqual(found("Adam, adam, ADAM, macs, 3 MACs"), [
    ["Adam", "Adam"],
    ["MACs", "MACs"],
  ]);
  assert.deepEqual(found("Multiply-accumulates"), [["MACs", "Multiply-accumulates"]]);
});

test("what means something in a pattern is a letter like others, and any space will do", () => {
  assert.deepEqual(found("with 95\u00a0% intervals"), [["95 % interval", "95\u00a0% intervals"]]);
  assert.deepEqual(found("the gradient\n norm"), [["gradient norm", "gradient\n norm"]]);
});

test("labels are known as a whole and not found in text", () => {
  assert.equal(finder.ofLabel("Width")?.name, "network width");
  assert.equal(finder.ofLabel("width"), undefined);
  assert.deepEqual(found("Width"), []);
});

test("a search finds names before what is said of them", () => {
  /** @param {string} wanted */
  const names = (wanted) => search(TERMS, wanted).map(({ name }) => name);
  assert.deepEqual(names("Grad"), ["gradient", "gradient norm"]);
  assert.deepEqual(names("norm"), ["gradient norm"]);
  assert.deepEqual(names("accumul"), ["MACs"]);
  assert.deepEqual(names("training"), ["loss"]);
  assert.deepEqual(names("nonsense"), []);
});
