/* The last page of a platform's popup: tells the page that opened it, then closes.
   After a refusal it stays open: the person has to read why. */
(() => {
  const done = document.querySelector("[data-popup-done]");
  if (!done) return;
  const message = {
    type: "growzzy:connected",
    connection: done.dataset.connection ?? "",
    next: done.dataset.next ?? "",
  };
  new BroadcastChannel("growzzy").postMessage(message);
  window.opener?.postMessage(message, window.location.origin);
  window.setTimeout(() => window.close(), 400);
})();
