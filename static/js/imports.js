/* A file dropped on the upload card is as good as one that was chosen. */
(() => {
  const form = document.querySelector("[data-drop]");
  const input = form?.querySelector("input[type=file]");
  if (!input) return;
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.focus();
  });
})();
