/* The last page of a platform's popup: tells the page that opened it, then closes. */
(() => {
  const done = document.querySelector("[data-popup-done]");
  if (!done) return;
  const message = { type: "growzzy:connected", platform: done.dataset.platform ?? "" };
  new BroadcastChannel("growzzy").postMessage(message);
  window.opener?.postMessage(message, window.location.origin);
  window.setTimeout(() => window.close(), 400);
})();
