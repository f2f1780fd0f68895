import assert from "node:assert/strict";
import { test } from "node:test";
import { renew } from "../../dashboard/components/activity/renewal.js";

/**
 * A tab, as far as it is asked here.
 *
 * @param {string | null} release Of its document; null: it says none.
 */
function createTab(release) {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const tab = {
    loaded: 0,
    document: { querySelector: () => (release === null ? null : { getAttribute: () => release }) },
    sessionStorage: {
      /** @param {string} key */
      getItem: (key) => kept.get(key) ?? null,
      /**
       * @param {string} key
       * @param {string} text
       */
      setItem: (key, text) => kept.set(key, text),
    },
    location: {
      reload: () => {
        tab.loaded += 1;
      },
    },
  };
  return tab;
}

/** @param {object} tab */
const asWindow = (tab) => /** @type {Window} */ (/** @type {unknown} */ (tab));

test("a document of another release is loaded again, once for each release", () => {
  const tab = createTab("old");
  renew("new", asWindow(tab));
  assert.equal(tab.loaded, 1);
  renew("new", asWindow(tab));
  assert.equal(tab.loaded, 1, "something between keeps the old one");
  renew("newer", asWindow(tab));
  assert.equal(tab.loaded, 2);
});

test("what is of the server's release, or says none, stays", () => {
  for (const release of ["new", null]) {
    const tab = createTab(release);
    renew("new", asWindow(tab));
    assert.equal(tab.loaded, 0);
  }
});

test("where nothing may be kept, nothing is loaded for ever", () => {
  const tab = createTab("old");
  const forbidden = Object.defineProperty({ ...tab }, "sessionStorage", {
    get: () => {
      throw new Error("SecurityError");
    },
  });
  renew("new", asWindow(forbidden));
  assert.equal(tab.loaded, 0);
});
