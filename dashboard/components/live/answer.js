import { namedColour, parseColour } from "../shared/colours.js";
import { create, find } from "../shared/elements.js";
import { diverging, softGrey } from "../shared/ramps.js";
import { paintPixels } from "../shared/sprite.js";
import { strengths } from "./occlusion.js";
import { best, percent, rank, sayExample, saySeen, saySpeed, sayWorst } from "./words.js";

/**
 * What the network says, drawn: the sentence, the picture as it sees it, the map, and the three likeliest classes.
 *
 * @import { Rgb } from "../shared/colours.js"
 * @import { Sight } from "./looking.js"
 * @import { Part, Ranked } from "./words.js"
 * @typedef {{ label: string | null, saved: Ranked }} Known What is known of the picture beside what the network says.
 */

const NUM_PIXELS = 32 * 32;
const OVERLAY = 0.8;

/**
 * @param {HTMLElement} root
 * @param {readonly string[]} names
 * @param {Sight} sight
 * @param {Known | null} known
 */
export function showAnswer(root, names, sight, known) {
  const ranked = rank(sight.probs, names);
  const isLive = sight.live !== null;
  const spoken = find(root, ".sentence", HTMLElement);
  spoken.setAttribute("aria-live", isLive ? "off" : "polite"); // nobody can listen to twenty answers a second
  say(spoken, saySeen(ranked));
  say(find(root, ".known", HTMLElement), known ? [sayExample(known, ranked[0].name)] : []);
  say(find(root, ".where", HTMLElement), [sayMap(names, sight)]);
  say(find(root, ".speed", HTMLElement), [saySpeed(sight.milliseconds, sight.live)]);
  showBars(find(root, ".bars", HTMLElement), ranked);
  paintPixels(find(root, ".seen canvas", HTMLCanvasElement), (place) => pixelOf(sight.picture, place));
  showMap(root, names, sight);
}

/**
 * @param {readonly string[]} names
 * @param {Sight} sight
 */
function sayMap(names, { mapping }) {
  if (!mapping) {
    return "Covering one place after another …";
  }
  return sayWorst(names[mapping.target], mapping.prob, mapping.worst, mapping.window);
}

/**
 * @param {HTMLElement} root
 * @param {readonly string[]} names
 * @param {Sight} sight
 */
function showMap(root, names, { picture, probs, mapping }) {
  const canvas = find(root, ".map canvas", HTMLCanvasElement);
  const ends = {
    below: parseColour(namedColour(root, "against")),
    above: parseColour(namedColour(root, "for")),
  };
  const shown = mapping ? strengths(mapping.values()) : new Float64Array(NUM_PIXELS);
  paintPixels(canvas, (place) => diverging(shown[place], softGrey(pixelOf(picture, place)), ends, OVERLAY));
  const name = names[mapping ? mapping.target : best(probs)];
  find(root, ".map figcaption", HTMLElement).textContent = `Where it sees ${name}`;
  canvas.setAttribute("aria-label", `Map of where the network sees ${name}`);
}

/**
 * @param {Uint8Array} picture
 * @param {number} place
 * @returns {Rgb}
 */
function pixelOf(picture, place) {
  return [picture[place], picture[NUM_PIXELS + place], picture[2 * NUM_PIXELS + place]];
}

/**
 * @param {HTMLElement} list
 * @param {readonly Ranked[]} ranked
 */
function showBars(list, ranked) {
  while (list.children.length < ranked.length) {
    const item = create("li");
    const track = create("span", "track");
    track.append(create("span", "bar"));
    item.append(create("span", "name"), track, create("span", "share"));
    list.append(item);
  }
  ranked.forEach(({ name, prob }, place) => {
    const item = list.children[place];
    find(item, ".name", HTMLElement).textContent = name;
    find(item, ".share", HTMLElement).textContent = percent(prob);
    find(item, ".bar", HTMLElement).style.width = `${100 * prob}%`;
  });
}

/**
 * @param {HTMLElement} element
 * @param {readonly Part[]} parts
 */
function say(element, parts) {
  const text = parts.map((part) => (typeof part === "string" ? part : part.strong)).join("");
  if (element.textContent !== text) {
    element.replaceChildren(...parts.map((part) => (typeof part === "string" ? part : create("b", "", part.strong))));
  }
}
