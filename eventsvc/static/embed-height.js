// In a frame: tell the page around it how high this one is, whenever that changes.
const tell = () => parent.postMessage({ eventsvcHeight: document.body.offsetHeight }, "*");
if (parent !== window) new ResizeObserver(tell).observe(document.body);
