// Shows that long work has begun: the part that a form's data-progress names.
for (const form of document.querySelectorAll("form[data-progress]")) {
  const part = document.getElementById(form.dataset.progress);
  form.addEventListener("submit", () => part.removeAttribute("hidden"));
  addEventListener("pageshow", () => part.setAttribute("hidden", ""));
}
