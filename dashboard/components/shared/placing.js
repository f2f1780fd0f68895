/** Between what is opened and its button, and between it and the window's edges. */
const GAP_PX = 8;
const EDGE_PX = 16;

/**
 * Says where to open something: below its button, or above where there is more room, and within the window.
 *
 * @param {{ left: number, top: number, bottom: number }} button
 * @param {{ width: number, height: number }} size What is opened, as large as it would like to be.
 * @param {{ width: number, height: number }} room The window.
 * @returns {{ left: number, top: number, height: number }} `height` is the most that it may have.
 */
export function place(button, size, room) {
  const left = Math.max(EDGE_PX, Math.min(button.left, room.width - size.width - EDGE_PX));
  const below = room.height - button.bottom - GAP_PX - EDGE_PX;
  const above = button.top - GAP_PX - EDGE_PX;
  if (size.height <= below || below >= above) {
    return { left, top: button.bottom + GAP_PX, height: Math.max(0, below) };
  }
  return { left, top: button.top - GAP_PX - Math.min(size.height, above), height: above };
}
