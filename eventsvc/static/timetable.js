// Moves sessions in the desk's timetable: by keyboard, and by mouse and finger (timetable-drag.js). A drop goes to the
// address of the plain form, and what that answers is shown in place: the day as it is then, or what stands in the way.
const MINUTE = 60_000;
const ROW = 5;
const isWide = matchMedia("(min-width: 62rem)");
const bar = document.querySelector("[data-carrying]");
let root = document.querySelector("[data-timetable]");
let words = JSON.parse(root.dataset.words);
let step = kept() === "5" ? 5 : 15;
let held = null;

// What is there
const grid = () => root.querySelector(".timetable");
const heads = () => [...grid().querySelectorAll("[data-room]")];
const placed = () => [...grid().querySelectorAll(".draft[data-at]")];
const days = () => [...root.querySelectorAll("[data-to-day]")];
const ownDay = () => days().find((day) => day.hasAttribute("aria-current"));
const handleOf = (block) => block.querySelector(".handle");
const isReady = () => isWide.matches && grid() !== null;
const lastRow = () => Number(root.dataset.rows);
const list = (text) => text.split(" ").filter(Boolean);
const clock = () => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: root.dataset.zone });
const momentOf = (row) => new Date(new Date(root.dataset.first).getTime() + (row - 1) * ROW * MINUTE);
const iso = (moment) => `${moment.toISOString().slice(0, 16)}Z`;
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);

function kept() {
  try {
    return localStorage.getItem("eventsvc.step");
  } catch {
    return null;
  }
}

function say(text) {
  bar.hidden = false;
  bar.querySelector("[data-said]").textContent = text;
}

// Where the held session would be
function slotOf({ block, at, rows, from }) {
  const begins = from && at === from.at ? new Date(block.dataset.from) : momentOf(at);
  const minutes = rows === Number(block.dataset.rows ?? rows) ? Number(block.dataset.minutes) : rows * ROW;
  return [begins, new Date(begins.getTime() + minutes * MINUTE)];
}

const isFixed = (block) => list(block.dataset.rooms).length > 1 || "forAll" in block.dataset;
const roomsOf = ({ block, head }) => (isFixed(block) ? list(block.dataset.rooms) : list(head?.dataset.room === "0" ? "" : head?.dataset.room ?? ""));

// A hint while it is carried; what the server says at the drop is what counts.
function inTheWay(session) {
  const { block, at, rows } = session;
  const [rooms, people] = [roomsOf(session), list(block.dataset.people)];
  const shares = (other, name, own) => list(other.dataset[name]).some((each) => own.includes(each));
  return placed().filter((other) => {
    const kinds = [block.dataset.kind, other.dataset.kind];
    const isApart = at >= Number(other.dataset.at) + Number(other.dataset.rows) || Number(other.dataset.at) >= at + rows;
    const isKin = other.dataset.id === block.dataset.parent || other.dataset.parent === block.dataset.id;
    if (other === block || isApart || isKin || "cancelled" in other.dataset) return false;
    if (shares(other, "people", people)) return true;
    if (shares(other, "rooms", rooms)) return !(kinds.includes("break") && kinds.includes("block"));
    const [pause, work] = "forAll" in other.dataset ? [other, block] : [block, other];
    return "forAll" in pause.dataset && !["break", "social", "block"].includes(work.dataset.kind);
  });
}

function told() {
  const [begins, ends] = slotOf(held);
  const rooms = heads().filter((head) => roomsOf(held).includes(head.dataset.room)).map((head) => head.firstElementChild.textContent);
  const facts = { title: held.block.dataset.title, room: rooms.join(", ") || words.anywhere, begins: clock().format(begins), ends: clock().format(ends) };
  if (held.day) return { others: [], text: `${fill(words.day, { ...facts, day: held.day.textContent.trim() })}; ${words.unseen}`, time: `${held.day.textContent.trim()} ${facts.begins}–${facts.ends}`, way: "" };
  const others = inTheWay(held);
  const way = others.length ? fill(words.clash, { titles: others.map((other) => `“${other.dataset.title}”`).join(", ") }) : words.free;
  return { others, text: `${fill(words.place, facts)}; ${way}`, time: `${facts.begins}–${facts.ends}`, way };
}

function draw() {
  const { ghost, block, at, rows, head } = held;
  const { others, text, time, way } = told();
  const own = block.closest("li").className.match(/col-\d+ over-\d+/)?.[0];
  const columns = isFixed(block) && own ? own : `col-${head.dataset.col} over-${head.dataset.over}`;
  ghost.className = `ghost at-${at} for-${rows} ${columns}${others.length ? " is-clash" : ""}`;
  ghost.querySelector("p").textContent = time;
  ghost.querySelector("b").textContent = block.dataset.title;
  ghost.querySelector("small").textContent = way;
  for (const day of days()) day.classList.toggle("is-over", day === held.day);
  say(text);
}

// Picking up, moving, dropping
function lift(block, { at, head } = {}) {
  putBack();
  const isPlaced = block.dataset.at !== undefined;
  const rows = Number(block.dataset.rows ?? Math.max(1, Math.round(block.dataset.minutes / ROW)));
  const room = list(block.dataset.rooms)[0] ?? "0";
  const own = heads().find((each) => each.dataset.room === room) ?? heads()[0];
  const from = isPlaced ? { at: Number(block.dataset.at), rows, head: own } : null;
  const ghost = document.createElement("div");
  ghost.innerHTML = '<div class="block"><p></p><b></b><small></small></div>';
  ghost.setAttribute("aria-hidden", "true");
  grid().append(ghost);
  held = { block, ghost, from, at: from?.at ?? at ?? 1 + 60 / ROW, rows, head: head ?? own, day: null, toShelf: false };
  block.classList.add("is-lifted");
  root.classList.add("is-carrying");
  handleOf(block).setAttribute("aria-pressed", "true");
  draw();
}

function letGo() {
  if (!held) return;
  held.ghost.remove();
  root.querySelector(".refusal")?.remove();
  held.block.classList.remove("is-lifted");
  handleOf(held.block).setAttribute("aria-pressed", "false");
  root.classList.remove("is-carrying");
  for (const part of root.querySelectorAll(".is-over")) part.classList.remove("is-over");
  held = null;
}

function putBack() {
  if (!held) return;
  const { block } = held;
  letGo();
  say(fill(words.back, { title: block.dataset.title }));
}

function place({ at = held.at, rows = held.rows, head = held.head, day = held.day }) {
  held.day = day === ownDay() ? null : day;
  held.rows = Math.min(Math.max(1, rows), lastRow());
  held.at = Math.min(Math.max(1, at), lastRow() - held.rows + 1);
  held.head = isFixed(held.block) ? held.head : head;
  draw();
}

async function drop() {
  const { block, from, at, rows, head, day } = held;
  if (held.isSent) return;
  if (held.toShelf) return from ? send(block.dataset.shelve, { revision: block.dataset.revision }) : putBack();
  if (!day && from && from.at === at && from.rows === rows && from.head === head) return putBack();
  const [begins, ends] = slotOf(held);
  const room = isFixed(block) ? list(block.dataset.rooms)[0] ?? "0" : head.dataset.room;
  const slot = `${iso(begins)}/${iso(ends)},${room}`;
  await send(block.dataset.move, { revision: block.dataset.revision, slot, ...(day && { day: day.dataset.toDay }) });
}

// The server's answer
async function send(url, fields) {
  const { id } = held.block.dataset;
  const body = new URLSearchParams([["csrf_token", root.dataset.csrf], ...(fields.entries?.() ?? Object.entries(fields))]);
  held.isSent = true;
  say(words.working);
  try {
    const answer = await fetch(url, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [next, refusal] = [page.querySelector("[data-timetable]"), page.querySelector("[data-refusal]")];
    if (next && answer.redirected) history.replaceState(null, "", answer.url);
    if (next) takeOver(next, page.querySelector(".banner[role=status]"), id);
    else if (refusal) refuse(refusal);
    else sendPlainly(url, body);
  } catch {
    putBack();
    say(words.unreachable);
  }
}

function takeOver(next, banner, id) {
  held = null;
  root.replaceWith(next);
  root = next;
  words = JSON.parse(root.dataset.words);
  document.querySelectorAll(".desk-main > .banner[role=status]").forEach((old) => old.remove());
  dress();
  const block = root.querySelector(`#s-${id}`);
  if (block) handleOf(block).focus();
  say(banner?.textContent.trim() ?? "");
}

function refuse(refusal) {
  const { at, rows, head, ghost } = held;
  const isAtEnd = heads().indexOf(head) >= heads().length / 2;
  root.querySelector(".refusal")?.remove();
  const beside = document.createElement("div");
  beside.className = `refusal at-${Math.min(at + rows, lastRow())} ${ghost.className.match(/col-\d+ over-\d+/)[0]}${isAtEnd ? " is-at-end" : ""}`;
  beside.append(document.adoptNode(refusal));
  grid().append(beside);
  held.isSent = false;
  held.isRefused = true;
  bar.hidden = true;
  refusal.focus();
  refusal.scrollIntoView({ block: "nearest" });
}

// Signed out, or the page too old: what the browser is answered it shows, as it would without this module.
function sendPlainly(url, body) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url, hidden: true });
  for (const [name, value] of body) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}

// Keyboard
const KEYS = {
  ArrowUp: (by, isStretch) => place(isStretch ? { rows: held.rows - by } : { at: snapped(held.at - by, Math.ceil) }),
  ArrowDown: (by, isStretch) => place(isStretch ? { rows: held.rows + by } : { at: snapped(held.at + by, Math.floor) }),
  ArrowLeft: () => sideways(-1),
  ArrowRight: () => sideways(1),
  PageUp: () => toDay(-1),
  PageDown: () => toDay(1),
  Enter: () => drop(),
  " ": () => drop(),
  Escape: () => putBack(),
  Delete: () => ((held.toShelf = true), drop()),
};

const snapped = (row, round = Math.round) => round((row - 1) / (step / ROW)) * (step / ROW) + 1;

function sideways(by) {
  if (isFixed(held.block)) return say(words.fixed);
  const all = heads();
  place({ head: all[Math.min(Math.max(0, all.indexOf(held.head) + by), all.length - 1)] });
}

function toDay(by) {
  const all = days();
  place({ day: all[Math.min(Math.max(0, all.indexOf(held.day ?? ownDay()) + by), all.length - 1)] });
}

addEventListener("keydown", (event) => {
  const handle = event.target.closest?.(".handle");
  if (held?.isRefused && event.key === "Escape") return close(event);
  if (event.key === "Escape" && held && !handle) return putBack();
  if (!handle || !isReady() || event.ctrlKey || event.metaKey || event.altKey) return;
  const isHeld = held?.block.contains(handle);
  if (isHeld && event.key === "Tab" && !held.isSent) return putBack();
  if (!isHeld && !["Enter", " "].includes(event.key)) return;
  if (isHeld && (!KEYS[event.key] || held.isSent || held.isRefused)) return;
  event.preventDefault();
  if (!isHeld) lift(handle.closest(".draft"));
  else KEYS[event.key](step / ROW, event.shiftKey);
  held?.ghost.scrollIntoView({ block: "nearest" });
});

function close(event) {
  event.preventDefault();
  const handle = handleOf(held.block);
  putBack();
  handle.focus();
}

// Presses
addEventListener("click", (event) => {
  const [chosen, handle] = [event.target.closest("[data-step]"), event.target.closest(".handle")];
  if (chosen) choose(Number(chosen.dataset.step));
  else if (held && event.target.closest("[data-put-back]")) close(event);
  // A screen reader's press has no mouse behind it.
  else if (handle && event.detail === 0 && isReady() && !held) (event.preventDefault(), lift(handle.closest(".draft")));
});

addEventListener("submit", (event) => {
  if (!held || !event.target.closest(".refusal")) return;
  event.preventDefault();
  send(event.target.action, new FormData(event.target, event.submitter));
});

function choose(minutes) {
  step = minutes;
  try {
    localStorage.setItem("eventsvc.step", String(minutes));
  } catch {
    // A browser that keeps nothing begins with quarters of an hour again.
  }
  dress();
}

function dress() {
  root.classList.toggle("is-scripted", isReady());
  root.querySelectorAll("[data-steps], [data-scripted], #how").forEach((part) => (part.hidden = !isReady()));
  root.querySelectorAll("[data-step]").forEach((button) => button.setAttribute("aria-pressed", String(Number(button.dataset.step) === step)));
  for (const handle of root.querySelectorAll(".handle")) {
    for (const [name, value] of [["role", "button"], ["aria-pressed", "false"], ["aria-describedby", "how"]]) {
      if (isReady()) handle.setAttribute(name, value);
      else handle.removeAttribute(name);
    }
  }
}

isWide.addEventListener("change", () => (putBack(), dress()));
dress();
// Named by the page, so that it comes in the version that belongs to this one.
const { watch } = await import(root.dataset.drag);
watch({ isReady, held: () => held, root: () => root, words: () => words, grid, heads, lastRow, snapped, days, lift, place, drop, putBack, say });
