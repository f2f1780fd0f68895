const PAGE = '[data-testid="stMainBlockContainer"]';
const BY_HAND = ["wheel", "touchmove", "pointerdown", "keydown"];

/**
 * Calls at once and whenever the page has been laid out anew, until somebody scrolls, presses or types: what opens
 * beside an element comes when the server has answered, which may take its time.
 *
 * @param {HTMLElement} element In a component of the page.
 * @param {() => void} act
 * @returns {() => void} Ends it.
 */
export function whileSettling(element, act) {
  const root = element.getRootNode();
  const page = root instanceof ShadowRoot ? root.host.closest(PAGE) : element.closest(PAGE);
  const observer = new ResizeObserver(act);
  const ending = new AbortController();
  const end = () => {
    observer.disconnect();
    ending.abort();
  };
  observer.observe(element);
  if (page) {
    observer.observe(page, { box: "border-box" }); // the room that a page makes for what opens is its padding
  }
  for (const kind of BY_HAND) {
    document.addEventListener(kind, end, { capture: true, passive: true, signal: ending.signal });
  }
  return end;
}
