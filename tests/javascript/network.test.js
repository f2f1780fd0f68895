import assert from "node:assert/strict";
import { test } from "node:test";
import { placeChannels, placeSides, stand } from "../../dashboard/components/network/layout.js";
import { describe } from "../../dashboard/components/network/words.js";

const ROOM = { width: 460, height: 132 };
const LETTER = 12;

/** @param {string} label */
function box(label) {
  const [channels, side = 1] = label.split(" x ").map(Number);
  return { label, kind: "conv", channels, side, layers: ["conv: Convolution 3x3"], parameters: 896 };
}

/** @param {readonly string[]} labels */
function below(labels, room = ROOM) {
  const boxes = labels.map(box);
  const solids = stand(boxes, room);
  return {
    solids,
    channels: placeChannels(boxes, solids, room.width, LETTER).toSorted((one, other) => one.left - other.left),
    sides: placeSides(boxes, solids, room.width, LETTER),
  };
}

const FEW = ["3 x 32 x 32", "32 x 32 x 32", "32 x 16 x 16", "64 x 16 x 16", "64 x 8 x 8", "512", "10"];
const DEEP = ["3 x 32 x 32", ...Array(7).fill("16 x 32 x 32"), ...Array(14).fill("32 x 16 x 16"), "10"];

test("a box is as high as the resolution and thicker with more channels, a bar higher with more features", () => {
  const { solids } = below(FEW);
  assert.equal(solids[0].high, solids[1].high);
  assert.equal(solids[2].high, solids[1].high / 2);
  assert.equal(solids[4].high, solids[1].high / 4);
  assert.ok(solids[3].wide > solids[2].wide);
  assert.ok(solids[5].high > solids[6].high);
  assert.ok(Math.abs(solids[1].high + solids[1].up - ROOM.height) < 1e-9, "the highest fills the room");
});

test("boxes stand beside one another within the room, however many they are", () => {
  for (const labels of [FEW, DEEP, ["3 x 32 x 32", "10"], Array(42).fill("512"), Array(42).fill("256 x 32 x 32")]) {
    for (const width of [320, 460]) {
      const { solids } = below(labels, { ...ROOM, width });
      assert.ok(solids[0].left >= 0);
      solids.slice(1).forEach((solid, place) => {
        assert.ok(solid.left > solids[place].left + solids[place].wide);
      });
      const last = solids[solids.length - 1];
      assert.ok(last.left + last.wide + last.right <= width + 1e-9, `${labels.length} on ${width}`);
    }
  }
});

test("channels stand below each of few boxes, a resolution below all that have it, and none below vectors", () => {
  const { solids, channels, sides } = below(FEW);
  assert.deepEqual(
    channels.map(({ text }) => text),
    ["3", "32", "32", "64", "64", "512", "10"],
  );
  assert.deepEqual(
    sides.map(({ text }) => text),
    ["32 x 32", "16 x 16", "8 x 8"],
  );
  assert.equal(sides[0].from, solids[0].left);
  assert.equal(sides[0].to, solids[1].left + solids[1].wide);
  assert.equal(sides[2].to, solids[4].left + solids[4].wide);
});

test("of many boxes neighbours of one shape share their number, and what comes out keeps its own", () => {
  const { channels } = below(DEEP, { ...ROOM, width: 340 });
  assert.deepEqual(
    channels.map(({ text }) => text),
    ["3", "16", "32", "10"],
  );
});

test("a resolution that would touch another gives way to the one of more boxes, but keeps its line", () => {
  const { sides } = below(["3 x 32 x 32", ...Array(23).fill("24 x 31 x 31")], { ...ROOM, width: 60 });
  assert.deepEqual(
    sides.map(({ text }) => text),
    ["", "31 x 31"],
  );
});

test("a box is read with its shape, its layers and its parameters", () => {
  const layers = ["conv1: Convolution 3x3", "relu1: ReLU"];
  const words = "32 x 32 x 32: conv1: Convolution 3x3, relu1: ReLU; ";
  assert.equal(describe({ ...box("32 x 32 x 32"), layers, parameters: 9248 }), `${words}9,248 parameters`);
  assert.equal(describe({ ...box("32 x 32 x 32"), layers, parameters: 1 }), `${words}1 parameter`);
  assert.equal(describe({ ...box("32 x 32 x 32"), layers, parameters: 0 }), `${words}no parameters`);
});
