/* Account forms: the browser's time zone, showing a password, a hint while one is chosen. */
(() => {
  const SHORTEST = 8;
  const SHORTEST_OWN_WORD = 3;

  function zone() {
    try {
      return Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    } catch {
      return "";
    }
  }

  function ownWords(form) {
    const typed = [...form.querySelectorAll("[data-own-word]")].map((input) => input.value.toLowerCase());
    const words = typed.flatMap((text) => [text, text.split("@")[0], ...text.split(/[\s._@-]+/)]);
    return words.filter((word) => word.length >= SHORTEST_OWN_WORD).sort((a, b) => b.length - a.length);
  }

  /* What is left of the password is counted, never shown or sent anywhere. */
  function verdict(password, words) {
    const typed = [...password.normalize("NFKC")].length;
    if (typed < SHORTEST) {
      const missing = SHORTEST - typed;
      return ["short", `${missing} more character${missing === 1 ? "" : "s"} needed.`];
    }
    let rest = password.normalize("NFKC").toLowerCase();
    for (const word of words) rest = rest.replaceAll(word, "");
    if ([...rest].length < SHORTEST) return ["short", "Your own name and e-mail address do not count."];
    return ["enough", "Long enough."];
  }

  function watch(hint) {
    const input = document.getElementById(hint.dataset.passwordHint);
    if (!input) return;
    const start = hint.textContent;
    const form = input.form;
    form.addEventListener("input", () => {
      const [state, text] = input.value ? verdict(input.value, ownWords(form)) : ["", start];
      if (hint.textContent === text) return;
      hint.dataset.state = state;
      hint.textContent = text;
    });
  }

  function toggle(button) {
    const input = document.getElementById(button.dataset.showPassword);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const input of document.querySelectorAll("[data-time-zone]")) input.value = zone();
    for (const button of document.querySelectorAll("[data-show-password]")) button.hidden = false;
    document.querySelector("main [aria-invalid]")?.focus();
    for (const hint of document.querySelectorAll("[data-password-hint]")) watch(hint);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show-password]");
    if (button) toggle(button);
  });
  /* A password that is left shown must not be kept by the browser as plain text. */
  document.addEventListener("submit", (event) => {
    for (const button of event.target.querySelectorAll('[data-show-password][aria-pressed="true"]')) {
      document.getElementById(button.dataset.showPassword).type = "password";
    }
  });
})();
