const META = 'meta[name="cifar-lab-release"]';
const KEY = "cifar-lab-release";

/**
 * Loads a page again whose document is of another release than what the server draws in it.
 *
 * A tab that stays open over an update keeps its document, the styles and what listens, and nothing says so when a
 * button does nothing any more. Nothing is lost: all that a page shows is in its address.
 *
 * @param {string} release Of the document that the server gives now.
 * @param {Window} browser
 */
export function renew(release, browser) {
  const mark = browser.document.querySelector(META);
  const own = mark?.getAttribute("content") ?? release; // none where the document is Streamlit's own
  // Once only: something between may keep documents.
  if (own !== release && isFirstTime(release, browser)) {
    browser.location.reload();
  }
}

/**
 * @param {string} release
 * @param {Window} browser
 */
function isFirstTime(release, browser) {
  try {
    const isFirst = browser.sessionStorage.getItem(KEY) !== release;
    browser.sessionStorage.setItem(KEY, release);
    return isFirst;
  } catch {
    return false; // where cookies are forbidden, to ask is an error
  }
}
