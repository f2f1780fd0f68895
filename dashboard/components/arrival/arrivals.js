/**
 * Tells wishes that are new from those that were fulfilled: a component is drawn again with the last one, also after
 * another page. A session's wishes are counted from 1; a new session has a new page, and none.
 *
 * @returns {(count: number) => boolean}
 */
export function createArrivals() {
  let last = 0;
  return (count) => {
    const isNew = count > last;
    last = count;
    return isNew;
  };
}
