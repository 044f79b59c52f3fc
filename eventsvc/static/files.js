// Says at once when a chosen file is too large, so that nobody sends it in vain; the server looks at each again.
const MEGABYTE = 1024 * 1024;

function told(box, file) {
  const size = (file.size / MEGABYTE).toFixed(1);
  return box.dataset.over.replace("{name}", file.name).replace("{size}", size).replace("{most}", box.dataset.most / MEGABYTE);
}

for (const box of document.querySelectorAll("input[type=file][data-most]")) {
  const output = document.createElement("output");
  output.className = "error";
  output.htmlFor = box.id;
  output.hidden = true;
  box.after(output);
  box.addEventListener("change", () => {
    const large = [...box.files].find((file) => file.size > Number(box.dataset.most));
    output.hidden = !large;
    output.textContent = large ? told(box, large) : "";
    if (large) box.value = "";
  });
}
