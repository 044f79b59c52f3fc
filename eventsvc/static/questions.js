// Shows a question only to those it is for, and counts words; the server looks over all of it again.
const dependent = [...document.querySelectorAll("[data-asked]")];

function isMet(part) {
  const { needs, answers } = part.dataset;
  if (!needs) return true;
  const wanted = answers.split(" ");
  const boxes = [...document.getElementsByName(needs)];
  // A question that is not shown itself brings nothing up, whatever it was answered before.
  return boxes.some((box) => (box.checked || box.matches("select")) && wanted.includes(box.value) && !box.closest("[data-asked][hidden]"));
}

// How somebody takes part is said by a ticket type that is chosen: it carries data-takes-part.
function isForThem(part) {
  const { way } = part.dataset;
  const chosen = document.querySelector("[data-takes-part]:checked, option[data-takes-part]:checked");
  return !way || !chosen || [way, "hybrid"].includes(chosen.dataset.takesPart);
}

// In the order they stand in: each depends on what comes before it alone.
function show() {
  for (const part of dependent) part.hidden = !(isMet(part) && isForThem(part));
}

function count(box) {
  const { words, told, over } = box.dataset;
  const counted = box.value.trim().split(/\s+/).filter(Boolean).length;
  const sentence = counted > words ? over : told;
  const output = box.nextElementSibling;
  output.textContent = sentence.replace("{count}", counted).replace("{most}", words).replace("{over}", counted - words);
  output.classList.toggle("tone-no", counted > words);
}

if (dependent.length) {
  // What each is for need not be said where only they see it; those for one way alone are still said to be.
  for (const part of dependent) {
    const said = part.querySelector("[data-only-if]");
    if (said && part.dataset.needs && !part.dataset.way) said.hidden = true;
  }
  document.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}

for (const box of document.querySelectorAll("[data-words]")) {
  const output = document.createElement("output");
  output.className = "hint count";
  output.htmlFor = box.id;
  // Told when somebody stops typing, not at each letter.
  output.setAttribute("aria-live", "off");
  box.after(output);
  box.addEventListener("input", () => count(box));
  box.addEventListener("change", () => output.setAttribute("aria-live", "polite"));
  count(box);
}
