import assert from "node:assert/strict";
import { test } from "node:test";
import {
  linearScale,
  logScale,
  logTicks,
  ticks,
  writeNumber,
  writeTick,
  writeValue,
} from "../../dashboard/components/shared/scales.js";
import { between, createDraws } from "./draws.js";

test("a scale leads the ends of the values to the ends of the pixels", () => {
  const scale = linearScale([10, 20], [100, 300]);
  assert.deepEqual([10, 15, 20, 25].map(scale.to), [100, 200, 300, 400]);
  assert.deepEqual([100, 200, 300, 400].map(scale.from), [10, 15, 20, 25]);
});

test("an axis that points upwards has its highest value at the smallest pixel", () => {
  const scale = linearScale([0, 1], [240, 10]);
  assert.equal(scale.to(0), 240);
  assert.equal(scale.to(1), 10);
  assert.ok(scale.to(0.7) < scale.to(0.6));
});

test("from undoes to, whatever the ranges", () => {
  const draw = createDraws(1);
  for (let round = 0; round < 500; round += 1) {
    const low = between(draw, -1e3, 1e3);
    const scale = linearScale([low, low + between(draw, 1e-3, 1e4)], [between(draw, 0, 50), between(draw, 60, 900)]);
    const value = between(draw, -1e3, 1e3);
    assert.ok(Math.abs(scale.from(scale.to(value)) - value) < 1e-6 * Math.max(1, Math.abs(value)));
  }
});

test("on a scale of factors equal factors are equal steps", () => {
  const scale = logScale([0.01, 100], [400, 0]);
  assert.deepEqual([0.01, 1, 100].map(scale.to), [400, 200, 0]);
  assert.ok(Math.abs(scale.from(300) - 0.1) < 1e-12);
  assert.ok([0, -1].every((value) => Number.isNaN(scale.to(value))));
});

test("ticks of such a scale in closed form", () => {
  assert.deepEqual(logTicks(0.09, 12, 6), [0.1, 0.2, 0.5, 1, 2, 5, 10]);
  assert.deepEqual(logTicks(1e-6, 1, 6), [1e-6, 1e-4, 0.01, 1]);
  assert.deepEqual(logTicks(0.45, 0.62, 3), ticks(0.45, 0.62, 3), "few factors: evenly");
  assert.deepEqual(
    [logTicks(0, 1, 6), logTicks(-1, 1, 6), logTicks(1, 1, 6), logTicks(Number.NaN, 1, 6)],
    [[], [], [], []],
  );
});

test("a value says its unit, unless it is a share", () => {
  assert.equal(writeValue(0.51234, false, "nats"), "0.5123 nats");
  assert.equal(writeValue(0.5, false), "0.5");
  assert.equal(writeValue(0.5, true, "nats"), "50.0 %");
});

test("ticks in closed form", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
  assert.deepEqual(ticks(0, 10, 6), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(-3, 3, 6), [-3, -2, -1, 0, 1, 2, 3]);
  assert.deepEqual(ticks(1, 300, 6), [50, 100, 150, 200, 250, 300]);
  assert.deepEqual(ticks(0.1, 0.45, 3), [0.2, 0.4]);
  assert.deepEqual(ticks(0, 4, 8), [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
  assert.deepEqual(ticks(0, 4, 8, 1), [0, 1, 2, 3, 4], "no step is smaller than the smallest");
  assert.ok(!ticks(-1, 1, 4).some((value) => Object.is(value, -0)));
});

test("a range of nothing has no ticks", () => {
  for (const [low, high] of [
    [1, 1],
    [2, 1],
    [Number.NaN, 1],
    [0, Number.NaN],
  ]) {
    assert.deepEqual(ticks(low, high, 5), []);
  }
});

test("ticks are round, evenly apart, within the range, and no more than one too many", () => {
  const draw = createDraws(2);
  for (let round = 0; round < 2000; round += 1) {
    const range = 10 ** between(draw, -4, 6);
    const low = range * between(draw, -1, 1) * 10 ** between(draw, -1, 3);
    const wanted = 2 + Math.floor(8 * draw());
    const found = ticks(low, low + range, wanted);
    assert.ok(found.length <= wanted + 1, `${found.length} for ${wanted}`);
    assert.ok(found.length >= Math.floor(wanted / 2.5) - 1);
    const slack = 1e-6 * range;
    assert.ok(found.every((value) => value >= low - slack && value <= low + range + slack));
    for (let place = 1; place < found.length; place += 1) {
      const step = found[place] - found[place - 1];
      const lead = step / 10 ** Math.floor(Math.log10(step * (1 + 1e-6)));
      assert.ok(
        [1, 2, 5].some((round) => Math.abs(lead - round) < 1e-3),
        `${step} is not round`,
      );
      assert.ok(Math.abs(found[place] / step - Math.round(found[place] / step)) < 1e-3);
    }
  }
});

test("numbers are written in as few digits as tell them", () => {
  assert.equal(writeNumber(0.6000000000000001), "0.6");
  assert.equal(writeNumber(1234.5678), "1235");
  assert.equal(writeNumber(1234.5678, 6), "1234.57");
  assert.equal(writeValue(0.12345, true), "12.3 %");
  assert.equal(writeValue(0.12345, false), "0.1235");
  assert.equal(writeTick(0.30000000000000004, true), "30 %");
});
