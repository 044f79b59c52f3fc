// For a partner's page: <script src="…/embed/eventsvc.js" data-show="/embed/events.html" async></script>
// puts a frame where it stands, and gives it the height that the page in it tells.
(() => {
  const own = document.currentScript;
  const shown = new URL(own.dataset.show || "/embed/events.html", own.src);
  const ours = new URL(own.src).origin;
  if (shown.origin !== ours) return;
  const frame = document.createElement("iframe");
  frame.src = shown.href;
  frame.title = own.dataset.title || "Events";
  frame.width = "100%";
  frame.height = own.dataset.height || "480";
  frame.style.border = "0";
  own.after(frame);
  addEventListener("message", (message) => {
    const height = Number(message.data?.eventsvcHeight);
    if (message.origin === ours && message.source === frame.contentWindow && height > 0) {
      frame.height = String(Math.min(Math.ceil(height), 20000));
    }
  });
})();
