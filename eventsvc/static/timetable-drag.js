// Carries a session of the timetable by mouse, or by a long press of a finger; timetable.js lends its hands.
const LONG_PRESS = 350;

export function watch(hands) {
  const { isReady, grid, heads, lastRow, snapped, days, lift, place, drop, putBack, say } = hands;
  let pressed = null;

  function rowAt(y) {
    const ticks = [...grid().querySelectorAll("[data-tick]")].map((tick) => [Number(tick.dataset.tick), tick.getBoundingClientRect().top]);
    ticks.push([lastRow() + 1, grid().getBoundingClientRect().bottom]);
    const next = Math.max(1, ticks.findIndex(([, top]) => top > y));
    const [[row, top], [end, bottom]] = ticks[next] ? [ticks[next - 1], ticks[next]] : ticks.slice(-2);
    return row + ((y - top) / (bottom - top)) * (end - row);
  }

  const headAt = (x) => heads().findLast((head) => head.getBoundingClientRect().left <= x) ?? heads()[0];

  function isOver(part, { clientX, clientY }) {
    const { left, right, top, bottom } = part.getBoundingClientRect();
    return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
  }

  function begin() {
    const { block, event, isStretch } = pressed;
    clearTimeout(pressed.timer);
    lift(block, { at: snapped(rowAt(event.clientY)), head: headAt(event.clientX) });
    // How far it goes is measured from where the pointer went down, in the grid as it lies now: picking up closes what an
    // earlier drop was answered, and then all below it moves under a pointer that stands still.
    const { from, at, rows } = hands.held();
    pressed.offset = from ? rowAt(pressed.y) - (isStretch ? at + rows : at) : 0;
    pressed.isBegun = true;
  }

  function follow(event) {
    const shelf = hands.root().querySelector("[data-shelf]");
    hands.held().toShelf = !pressed.isStretch && isOver(shelf, event);
    shelf.classList.toggle("is-over", hands.held().toShelf);
    hands.held().ghost.hidden = hands.held().toShelf;
    const day = pressed.isStretch ? null : days().find((each) => isOver(each, event));
    hands.held().ghost.hidden ||= Boolean(day);
    if (day) return place({ at: hands.held().from?.at, head: hands.held().from?.head, day });
    if (hands.held().toShelf) return say(hands.words().shelf.replace("{title}", hands.held().block.dataset.title));
    if (pressed.isStretch) return place({ rows: Math.max(1, snapped(rowAt(event.clientY) - pressed.offset) - hands.held().at) });
    if (event.clientY < 40) scrollBy(0, -16);
    if (event.clientY > innerHeight - 60) scrollBy(0, 16);
    place({ at: snapped(rowAt(event.clientY) - pressed.offset), head: headAt(event.clientX), day: null });
  }

  addEventListener("pointerdown", (event) => {
    const block = event.target.closest?.(".draft[data-move]");
    if (!block || !isReady() || event.button || hands.held()?.isSent) return;
    pressed = { block, event, x: event.clientX, y: event.clientY, isStretch: event.target.matches(".stretch") };
    if (event.pointerType === "touch") pressed.timer = setTimeout(begin, LONG_PRESS);
  });

  addEventListener("pointermove", (event) => {
    if (!pressed) return;
    const isFar = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 5;
    if (!pressed.isBegun && isFar && event.pointerType === "touch") return release();
    if (!pressed.isBegun && isFar) begin();
    if (pressed.isBegun && hands.held()) follow(event);
  });

  addEventListener("pointerup", () => {
    const isDropped = pressed?.isBegun && hands.held();
    if (isDropped) addEventListener("click", (event) => (event.preventDefault(), event.stopPropagation()), { capture: true, once: true });
    if (isDropped) setTimeout(() => drop());
    release();
  });

  addEventListener("pointercancel", () => {
    if (pressed?.isBegun) putBack();
    release();
  });

  function release() {
    clearTimeout(pressed?.timer);
    pressed = null;
  }

  addEventListener("touchmove", (event) => pressed?.isBegun && event.preventDefault(), { passive: false });
  addEventListener("dragstart", (event) => pressed && event.preventDefault());
  addEventListener("contextmenu", (event) => pressed?.event.pointerType === "touch" && event.preventDefault());
}
