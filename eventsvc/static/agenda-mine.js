// Keeps chosen sessions on this device until somebody registers; then they come along, and the registration keeps them.
const tools = document.querySelector("[data-agenda]");
const field = document.querySelector("input[data-carry]");
const { event } = (tools ?? field)?.dataset ?? {};
const KEY = `eventsvc.sessions.${event}`;

function kept() {
  try {
    const said = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(said) ? said.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function keep(ids) {
  try {
    if (ids.length) localStorage.setItem(KEY, JSON.stringify(ids));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}

const places = [...document.querySelectorAll("[data-id]")];
const slot = (place) => [place.dataset.from, place.dataset.until].map((iso) => new Date(iso));
const titleOf = (place) => place.querySelector("h3, h4, b .title-link, b span").textContent.trim();
const isKin = (one, other) => one.dataset.parent === other.dataset.id || other.dataset.parent === one.dataset.id;

// As the server has it: what only touches does not meet, and a break or what is cancelled (apart) is in nobody's way.
function meets(one, other) {
  if (one === other || isKin(one, other) || "apart" in one.dataset || "apart" in other.dataset) return false;
  const [[from, until], [begins, ends]] = [slot(one), slot(other)];
  return from < ends && begins < until;
}

function choose() {
  const [chosen, told] = [new Set(kept()), document.querySelector("[data-told]")];
  const onlyMine = document.querySelector("[data-show-mine]");
  const counted = onlyMine?.textContent;

  function draw() {
    const mine = places.filter((place) => chosen.has(place.dataset.id) && place.dataset.from);
    for (const place of places) {
      const button = place.querySelector(`[data-choose="${place.dataset.id}"]`);
      if (!button) continue;
      const foot = button.closest("footer");
      const isMine = chosen.has(place.dataset.id);
      const same = place.dataset.from && mine.find((other) => meets(place, other));
      place.classList.toggle("is-mine", isMine);
      place.classList.toggle("is-clash", Boolean(isMine && same));
      button.hidden = false;
      button.firstChild.textContent = isMine ? tools.dataset.wordRemove : tools.dataset.wordChoose;
      foot.querySelector("[data-mine]").hidden = !isMine;
      const hint = foot.querySelector("[data-same]");
      hint.hidden = !same;
      hint.textContent = same ? tools.dataset.wordSame.replace("{title}", titleOf(same)) : "";
      hint.className = isMine ? "tone-no" : "tone-accent";
    }
    // A session's own page has no list to narrow.
    if (!onlyMine) return;
    onlyMine.hidden = !chosen.size;
    onlyMine.textContent = counted.replace("{number}", chosen.size);
    if (!chosen.size) show(false);
  }

  function show(isOnly) {
    onlyMine.setAttribute("aria-pressed", String(isOnly));
    document.querySelector(".agenda").classList.toggle("only-mine", isOnly);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-choose]");
    if (!button) return;
    const id = button.dataset.choose;
    if (!chosen.delete(id)) chosen.add(id);
    keep([...chosen]);
    draw();
    const foot = button.closest("footer");
    const said = [...foot.querySelectorAll("[data-mine]:not([hidden]), [data-same]:not([hidden])")];
    told.textContent = said.map((each) => each.textContent.trim()).join(". ") || button.textContent;
  });
  onlyMine?.addEventListener("click", () => show(onlyMine.getAttribute("aria-pressed") !== "true"));
  draw();
}

// Somebody's own page offers to take along what this device still keeps.
function offer(form) {
  const own = new Set(form.dataset.chosen.split(" "));
  const left = kept().filter((id) => !own.has(id));
  keep(left);
  if (!left.length) return;
  form.elements.carry.value = left.join(" ");
  form.hidden = false;
  form.addEventListener("submit", () => keep([]));
}

const form = document.querySelector("form[data-take-along]");
if (field && !field.value) field.value = kept().join(" ");
if (form) offer(form);
else if (tools && document.querySelector("[data-show-mine], [data-choose]")) choose();
