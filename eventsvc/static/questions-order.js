// Lets a question of the builder be dragged to its place; the buttons beside it do the same without this.
const root = document.querySelector("[data-order]");
const form = document.getElementById("dropped");
let held = null;

function lineAt(list, y) {
  return [...list.querySelectorAll("[data-question]")].find((line) => {
    const { top, height } = line.getBoundingClientRect();
    return line !== held && y < top + height / 2;
  });
}

function clear() {
  for (const marked of root.querySelectorAll(".is-before, .is-end")) marked.classList.remove("is-before", "is-end");
}

if (root && form) {
  for (const line of root.querySelectorAll("[data-question]")) {
    line.draggable = true;
    // A link in it would be dragged in its place.
    for (const link of line.querySelectorAll("a")) link.draggable = false;
  }

  root.addEventListener("dragstart", (event) => {
    held = event.target.closest?.("[data-question]");
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.label);
    held.classList.add("is-held");
  });

  root.addEventListener("dragover", (event) => {
    const list = held && event.target.closest("[data-section]")?.querySelector("ol");
    if (!list) return;
    event.preventDefault();
    clear();
    const next = lineAt(list, event.clientY);
    (next ?? list).classList.add(next ? "is-before" : "is-end");
  });

  root.addEventListener("drop", (event) => {
    const section = held && event.target.closest("[data-section]");
    if (!section) return;
    event.preventDefault();
    const next = lineAt(section.querySelector("ol"), event.clientY);
    form.action = held.querySelector("form").action;
    form.elements.section.value = section.dataset.section;
    form.elements.before.value = next?.dataset.question ?? "";
    form.submit();
  });

  root.addEventListener("dragend", () => {
    held?.classList.remove("is-held");
    held = null;
    clear();
  });
}
