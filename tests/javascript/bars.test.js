import assert from "node:assert/strict";
import { test } from "node:test";
import { nameRoom, placeTip, say, tell, title } from "../../dashboard/components/bars/rows.js";

/**
 * @param {string} name
 * @param {string[]} notes
 * @param {number[]} shares
 */
function row(name, notes = [], shares = [0.992]) {
  const bars = shares.map((share) => ({
    share,
    text: `${(100 * share).toFixed(1)} %`,
    exact: `${(100 * share).toFixed(3)} %`,
    colour: "#000000",
  }));
  return { name, notes, bars };
}

test("a row says what it is of, what is special about it, and its numbers", () => {
  assert.equal(say(row("frog", ["predicted"]), [""]), "frog, predicted: 99.2 %");
  assert.equal(say(row("deer"), [""]), "deer: 99.2 %");
  assert.equal(
    say(row("bird", ["true", "predicted"], [0.1, 0.75]), ["A", "B"]),
    "bird, true, predicted: A 10.0 %, B 75.0 %",
  );
  assert.equal(say(row("mirrored"), ["frog"]), "mirrored: frog 99.2 %");
});

test("a row that is pointed at is told exactly, several bars below each other", () => {
  assert.equal(title(row("bird", ["true", "predicted"])), "bird (true, predicted)");
  assert.equal(title(row("bird")), "bird");
  assert.equal(tell(row("frog", ["predicted"]), [""]), "frog (predicted): 99.200 %");
  assert.equal(tell(row("mirrored"), ["frog"]), "mirrored: frog 99.200 %");
  assert.equal(tell(row("bird", ["true"], [0.1, 0.75]), ["A", "B"]), "bird (true):\nA 10.000 %\nB 75.000 %");
});

test("bars begin at the same place, whichever class is the true one and whether it is the predicted one", () => {
  const names = ["frog", "automobile", "cat"];
  /** @param {string[][]} notes */
  const room = (...notes) => nameRoom(names.map((name, place) => row(name, notes[place] ?? [])));
  assert.equal(room(), "automobile".length);
  assert.equal(room(["predicted"], ["true"]), "automobile (predicted)".length);
  assert.equal(room([], [], ["true", "predicted"]), room(["predicted"], ["true"]));
});

test("a tip lies within its chart from side to side, and never over its own row", () => {
  const box = { width: 200, height: 280 };
  for (let place = 0; place < 10; place += 1) {
    for (const left of [0, 98, 190]) {
      for (const tip of [
        { width: 120, height: 28 },
        { width: 200, height: 60 },
      ]) {
        const found = placeTip({ left, top: 28 * place, bottom: 28 * (place + 1) }, tip, box);
        assert.ok(found.left >= 0 && found.left + tip.width <= box.width);
        assert.ok(found.top + tip.height <= 28 * place || found.top >= 28 * (place + 1));
        assert.ok(found.top >= 0 && found.top + tip.height <= box.height);
      }
    }
  }
});
