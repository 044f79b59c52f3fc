// Lets rows be dragged to their place; without it each has buttons. The order is sent as ids between spaces.
const list = document.querySelector("[data-order]");

if (list?.dataset.order && list.rows.length > 1) {
  document.querySelector("[data-drag-hint]")?.removeAttribute("hidden");
  let held = null;
  const ids = () => [...list.rows].map((row) => row.dataset.id).join(" ");
  const before = ids();

  for (const row of list.rows) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      held = row;
      row.classList.add("is-held");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.id);
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("is-held");
      held = null;
      if (ids() !== before) send();
    });
  }

  list.addEventListener("dragover", (event) => {
    if (!held) return;
    event.preventDefault();
    const over = event.target.closest("tr");
    if (!over || over === held) return;
    const { top, height } = over.getBoundingClientRect();
    list.insertBefore(held, event.clientY < top + height / 2 ? over : over.nextSibling);
  });

  list.addEventListener("drop", (event) => event.preventDefault());

  function send() {
    const form = document.createElement("form");
    form.method = "post";
    form.action = list.dataset.order;
    for (const [name, value] of Object.entries({ csrf_token: list.dataset.token, order: ids() })) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.submit();
  }
}
