/**
 * Finds what the component's HTML must hold.
 *
 * @template {Element} Kind
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function find(root, selector, kind) {
  const element = root.querySelector(selector);
  if (!(element instanceof kind)) {
    throw new Error(`no ${kind.name} "${selector}" in the component`);
  }
  return element;
}

/**
 * The element of this kind that an event came from.
 *
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function origin(event, selector) {
  const element = event.target instanceof Element ? event.target.closest(selector) : null;
  return element instanceof HTMLElement ? element : null;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function create(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  element.textContent = text;
  return element;
}

/**
 * @param {string} name
 * @param {(() => void) | null} act null where what is around the button listens.
 */
export function createButton(name, act) {
  const button = create("button", "", name);
  button.type = "button";
  button.onclick = act;
  return button;
}

/**
 * Buttons of which one is pressed.
 *
 * @param {readonly string[]} names
 * @param {number} pressed Place of the one that is pressed at first.
 * @param {(place: number) => void} choose
 */
export function createChoice(names, pressed, choose) {
  /** @param {number} chosen */
  const press = (chosen) => {
    buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", String(place === chosen));
    });
  };
  const buttons = names.map((name, place) =>
    createButton(name, () => {
      press(place);
      choose(place);
    }),
  );
  press(pressed);
  return buttons;
}

/**
 * Leaves one of the elements on the way of the Tab key; arrow keys lead to the others.
 *
 * @param {readonly HTMLElement[]} elements
 * @param {HTMLElement | undefined} current
 */
export function keepOneTabStop(elements, current) {
  for (const element of elements) {
    element.tabIndex = element === current ? 0 : -1;
  }
}
