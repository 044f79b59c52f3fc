// In a frame: tell the page around it how high this one is, now and whenever that changes.
const tell = () => parent.postMessage({ eventsvcHeight: document.body.offsetHeight }, "*");
if (parent !== window) {
  tell();
  addEventListener("load", tell);
  new ResizeObserver(tell).observe(document.body);
}
