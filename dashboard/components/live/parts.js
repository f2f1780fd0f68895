/**
 * What lies beside the page. A page opened from a disk may load scripts and nothing else, so all of it comes as scripts
 * that put text on one shelf.
 *
 * @typedef {{ name: string, title: string, file: string, bytes: number, words: string }} Numbers
 * @typedef {{ index: number, label: number | null, probs: number[] }} Example
 * @typedef {{ split: string, pixels: string, items: Example[] }} Examples The pixels as Base64, 3072 bytes a picture.
 * @typedef {{ title: string, lines: string[] }} Section
 * @typedef {{ title: string, lead: string, classNames: string[], numbers: Numbers[], runtime: { title: string, bytes:
 *   number }, examples: Examples, sections: Section[], paper: { html: string, css: string } }} About
 * @typedef {{ about?: About, parts: Record<string, string>, ask?: (pictures: Uint8Array) => Promise<Float32Array> }} Shelf
 */

/** @returns {Shelf} */
export function shelf() {
  const owner = /** @type {{ cifarLab?: Shelf }} */ (globalThis);
  owner.cifarLab ??= { parts: {} };
  return owner.cifarLab;
}

/**
 * Loads a script that lies beside the page.
 *
 * @param {string} file
 * @returns {Promise<void>}
 */
export function load(file) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = file;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`the file ${file} is missing beside this page`));
    document.head.append(script);
  });
}

/**
 * @param {string} text Base64.
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function fromBase64(text) {
  const bytes = atob(text);
  const found = new Uint8Array(bytes.length);
  for (let place = 0; place < bytes.length; place += 1) {
    found[place] = bytes.charCodeAt(place);
  }
  return found;
}

/**
 * @param {string} text Base64 of what gzip made smaller.
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function unpack(text) {
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
