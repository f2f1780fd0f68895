import { create, find } from "../shared/elements.js";
import { showAnswer } from "./answer.js";
import { Looking } from "./looking.js";
import { Network } from "./network.js";
import { load, shelf } from "./parts.js";
import { cameraWay, drawingWay, examplesWay, pictureWay } from "./ways.js";

/**
 * A network as a page of its own, which asks nobody for anything.
 *
 * @import { Known } from "./answer.js"
 * @import { About } from "./parts.js"
 * @import { Way } from "./ways.js"
 */

const NAMES = ["examples", "camera", "draw", "picture"];

/** What is chosen stands in the address behind the #: opened from a disk, a page may change nothing else of it. */
function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  const way = said.get("from") ?? "";
  return { way: NAMES.includes(way) ? way : NAMES[0], numbers: said.get("numbers") ?? "" };
}

class Page {
  /** @param {About} about */
  constructor(about) {
    this.about = about;
    this.root = find(document, "main", HTMLElement);
    /** @type {Looking | null} */
    this.current = null;
    /** @type {Known | null} */
    this.known = null;
    const asked = readAddress();
    this.numbers = about.numbers.find(({ name }) => name === asked.numbers) ?? about.numbers[0];
    this.way = asked.way;
    this.tell();
    this.ways = this.createWays();
    this.wire();
  }

  /** What is to be said before anything is computed. */
  tell() {
    const { about, root } = this;
    find(root, "h1", HTMLElement).textContent = about.title;
    find(root, ".lead", HTMLElement).textContent = about.lead;
    find(root, ".sections", HTMLElement).replaceChildren(
      ...about.sections.map(({ title, lines }) => {
        const section = create("section");
        const list = create("ul");
        list.append(...lines.map((line) => create("li", "", line)));
        section.append(create("h2", "", title), list);
        return section;
      }),
    );
  }

  /** @returns {Record<string, Way>} */
  createWays() {
    const panel = (/** @type {string} */ name) => find(this.root, `#${name}`, HTMLElement);
    const page = {
      about: this.about,
      looking: () => this.current,
      know: (/** @type {Known | null} */ known) => {
        this.known = known;
      },
      wait: () => this.wait(),
    };
    return {
      examples: examplesWay(panel("examples"), page),
      camera: cameraWay(panel("camera"), page),
      draw: drawingWay(find(this.root, "#draw .holder", HTMLElement), page),
      picture: pictureWay(panel("picture"), page, () => this.choose("picture")),
    };
  }

  wire() {
    for (const name of NAMES) {
      find(this.root, `.ways [data-way="${name}"]`, HTMLButtonElement).onclick = () => this.choose(name);
    }
    const select = find(this.root, ".numbers", HTMLSelectElement);
    select.replaceChildren(
      ...this.about.numbers.map((numbers) => {
        const option = create("option", "", numbers.title);
        option.value = numbers.name;
        option.selected = numbers === this.numbers;
        return option;
      }),
    );
    select.onchange = () => {
      location.hash = new URLSearchParams({ from: this.way, numbers: select.value }).toString();
    };
    window.onhashchange = () => this.follow();
    this.showWay();
  }

  /** @param {string} name */
  choose(name) {
    if (name !== this.way) {
      location.hash = new URLSearchParams({ from: name, numbers: this.numbers.name }).toString();
      this.follow(); // before the browser says so: what is dropped is looked at next
    }
  }

  /** Does what the address says. */
  follow() {
    const { way, numbers } = readAddress();
    const wanted = this.about.numbers.find(({ name }) => name === numbers) ?? this.about.numbers[0];
    if (way !== this.way) {
      this.ways[this.way].close();
      this.way = way;
      this.showWay();
      this.ways[way].open();
    }
    if (wanted !== this.numbers) {
      this.numbers = wanted;
      this.open();
    }
  }

  showWay() {
    this.root.dataset.way = this.way;
    for (const name of NAMES) {
      const button = find(this.root, `.ways [data-way="${name}"]`, HTMLButtonElement);
      button.setAttribute("aria-pressed", String(name === this.way));
      find(this.root, `#${name}`, HTMLElement).hidden = name !== this.way;
    }
  }

  /** Loads the network, and looks at whatever is there to be looked at. */
  async open() {
    const { about, numbers } = this;
    const { parts } = shelf();
    find(this.root, ".numbers", HTMLSelectElement).value = numbers.name;
    find(this.root, ".parity", HTMLElement).textContent = numbers.words;
    try {
      this.say(`Loading the network (${megabytes(numbers.bytes + about.runtime.bytes)}) …`);
      await Promise.all([
        parts.wasm ? undefined : load("runtime.js"),
        parts[numbers.name] ? undefined : load(numbers.file),
      ]);
      this.say("Starting the network …");
      const network = await Network.open(parts, numbers.name);
      if (this.numbers !== numbers) {
        network.close();
        return; // somebody chose otherwise meanwhile
      }
      this.begin(network);
      this.say("");
    } catch (error) {
      this.say(`The network did not start: ${error instanceof Error ? error.message : error}.`);
    }
  }

  /** @param {Network} network */
  begin(network) {
    this.current?.close();
    const { classNames } = this.about;
    const answer = find(this.root, ".answer", HTMLElement);
    const looking = new Looking(
      network,
      classNames.length,
      (sight) => {
        if (this.current === looking) {
          showAnswer(answer, classNames, sight, this.known);
          this.root.classList.add("answered");
        }
      },
      (error) => this.say(`The network stopped: ${error instanceof Error ? error.message : error}.`),
    );
    this.current = looking;
    shelf().ask = async (pictures) => (await network.ask(pictures)).probs;
    this.ways[this.way].open();
  }

  /** Says what to do first: there is nothing to look at yet. */
  wait() {
    this.current?.rest();
    this.root.classList.remove("answered");
    find(this.root, ".sentence", HTMLElement).textContent = this.ways[this.way].hint;
    find(this.root, ".known", HTMLElement).textContent = "";
  }

  /** @param {string} state */
  say(state) {
    find(this.root, ".state", HTMLElement).textContent = state;
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const { about } = shelf();
if (about) {
  new Page(about).open();
} else {
  find(document, ".state", HTMLElement).textContent = "The file about.js is missing beside this page.";
}
