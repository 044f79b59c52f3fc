// Buttons that copy the box or the text named in data-copy, or print the page (data-print); hidden until this runs.
for (const button of document.querySelectorAll("button[data-copy], button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if ("print" in button.dataset) {
      print();
      return;
    }
    const box = document.getElementById(button.dataset.copy);
    if (box.select) box.select();
    else getSelection().selectAllChildren(box);
    // Without https there is no clipboard for a page; what is selected can be copied by hand.
    if (!navigator.clipboard) return;
    await navigator.clipboard.writeText(box.value ?? box.textContent);
    button.textContent = button.dataset.done || button.textContent;
  });
}
