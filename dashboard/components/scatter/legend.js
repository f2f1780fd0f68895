import { create, createButton } from "../shared/elements.js";

/**
 * @param {readonly string[]} names
 * @param {readonly string[]} colours
 * @param {readonly number[]} counts
 * @param {(group: number, joins: boolean) => void} choose Whether a group joins those that are chosen.
 * @returns {HTMLButtonElement[]}
 */
export function createLegend(names, colours, counts, choose) {
  return names.map((name, group) => {
    const button = createButton("", null);
    const dot = create("i");
    dot.style.background = colours[group];
    button.append(dot, name, create("span", "count", counts[group].toLocaleString("en")));
    button.title = "Show these alone; with Ctrl or Shift, these too";
    button.onclick = (event) => choose(group, event.ctrlKey || event.shiftKey || event.metaKey);
    return button;
  });
}

/**
 * @param {readonly HTMLButtonElement[]} buttons
 * @param {readonly number[]} chosen Groups; none for all.
 */
export function pressLegend(buttons, chosen) {
  buttons.forEach((button, group) => {
    button.setAttribute("aria-pressed", String(chosen.includes(group)));
    button.classList.toggle("away", chosen.length > 0 && !chosen.includes(group));
  });
}

/**
 * Which groups are shown after a click on one: it alone, all again, or those that were and it.
 *
 * @param {readonly number[]} chosen None for all.
 * @param {number} group
 * @param {boolean} joins
 * @returns {number[]} Ascending.
 */
export function chooseGroup(chosen, group, joins) {
  if (!joins) {
    return chosen.length === 1 && chosen[0] === group ? [] : [group];
  }
  const others = chosen.filter((other) => other !== group);
  return (others.length < chosen.length ? others : [...others, group]).sort((left, right) => left - right);
}
