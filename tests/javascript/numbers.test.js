import assert from "node:assert/strict";
import { test } from "node:test";
import { describeBounds, isWithin, readNumber } from "../../dashboard/components/numbers/reading.js";

/** @type {[string, string][]} */
const READ = [
  ["0,05", "0.05"],
  ["0.05", "0.05"],
  [" ,5 ", ".5"],
  ["1,5e-3", "1.5e-3"],
  ["1E-3", "1E-3"],
  ["\u22122,5", "-2.5"],
  ["0,125", "0.125"],
  ["1.250", "1.250"],
  ["50 000", "50000"],
  ["50\u202f000,5", "50000.5"],
  ["1'000", "1000"],
];

for (const [typed, number] of READ) {
  test(`${typed} is read as ${number}`, () => {
    assert.deepEqual(readNumber(typed, false), { number });
  });
}

/** @type {[string, RegExp][]} */
const REFUSED = [
  ["1,000", /two ways/],
  ["12,500,000", /two ways/],
  ["1,000.5", /two ways/],
  ["1.000,5", /two ways/],
  ["1,2,3", /not a number/],
  ["5abc", /not a number/],
  ["1e", /not a number/],
  ["--5", /not a number/],
  ["1 2", /not a number/],
  ["1e999", /not a number/],
  ["NaN", /not a number/],
  ["0x10", /not a number/],
  [" ", /nothing was typed/],
];

for (const [typed, why] of REFUSED) {
  test(`${typed} is refused`, () => {
    const reading = readNumber(typed, false);
    assert.match("problem" in reading ? reading.problem : "", why);
  });
}

test("a whole number has no decimals, whichever mark", () => {
  assert.deepEqual(readNumber("1e3", true), { number: "1000" });
  assert.deepEqual(readNumber("1 000", true), { number: "1000" });
  for (const typed of ["1,5", "1.5", "1,000", "1.000", "2,0"]) {
    assert.ok("problem" in readNumber(typed, true), typed);
  }
});

test("bounds are those that there are", () => {
  const most = String(Number.MAX_VALUE);
  assert.equal(describeBounds("0.000001", "10"), "0.000001 to 10");
  assert.equal(describeBounds("1", most), "1 or more");
  assert.equal(describeBounds(`-${most}`, "5"), "up to 5");
  assert.equal(describeBounds("", ""), "any number");
  assert.ok(isWithin("5", "1", "5") && isWithin("-1e9", "", "") && isWithin("1e300", `-${most}`, most));
  assert.ok(!isWithin("0.5", "1", "5") && !isWithin("6", "1", "5"));
});
