import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, share } from "../../dashboard/components/class_bar/words.js";

const cat = { name: "cat", count: 5000, colour: "#e67e22", isChosen: false };

test("a class is read with its number of images", () => {
  assert.equal(describe(cat), "cat 5,000 images");
  assert.equal(describe({ ...cat, count: 1 }), "cat 1 image");
});

test("a class is drawn against the most frequent one", () => {
  assert.equal(share(cat, 10_000), "50%");
  assert.equal(share({ ...cat, count: 0 }, 0), "0%");
});
