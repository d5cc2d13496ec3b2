/* The Creative pages beyond htmx: rows of a list, what is chosen, and what a swap must not lose. */
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  /* Rows that can be added and removed */

  function number(list) {
    const rows = all("[data-row]", list);
    rows.forEach((row, at) => {
      const input = row.querySelector("input");
      const button = row.querySelector("[data-remove-row]");
      for (const node of [input, button]) {
        node.setAttribute("aria-label", node.getAttribute("aria-label").replace(/\d+$/, at + 1));
      }
      button.hidden = false;
    });
    list.querySelector("[data-add-row]").hidden = rows.length >= Number(list.dataset.most);
  }

  function add(list) {
    const rows = all("[data-row]", list);
    const last = rows[rows.length - 1];
    const made = last.cloneNode(true);
    const input = made.querySelector("input");
    input.value = "";
    input.removeAttribute("placeholder");
    last.after(made);
    number(list);
    input.focus();
  }

  function remove(row) {
    const list = row.closest("[data-rows]");
    const rows = all("[data-row]", list);
    if (rows.length === 1) row.querySelector("input").value = "";
    else row.remove();
    number(list);
    const next = all("[data-row] input", list)[Math.max(0, rows.indexOf(row) - 1)];
    next.focus();
  }

  document.addEventListener("click", (event) => {
    const adding = event.target.closest("[data-add-row]");
    const removing = event.target.closest("[data-remove-row]");
    if (adding) add(adding.closest("[data-rows]"));
    if (removing) remove(removing.closest("[data-row]"));
  });

  /* Enter in a row asks for the next row, not for twenty variations. */
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const button = row.closest("[data-rows]").querySelector("[data-add-row]");
    if (!button.hidden) button.click();
  });

  /* A form that must not be sent by both of two clicks */

  document.addEventListener("submit", (event) => {
    if (event.target.dataset.once === undefined) return;
    // Only once the browser has taken the form: a disabled button's own value is not sent.
    window.setTimeout(() => {
      for (const button of all("button:not([type=button])", event.target)) button.disabled = true;
    });
  });
  window.addEventListener("pageshow", () => {
    for (const button of all("form[data-once] button")) button.disabled = false;
  });

  /* What is chosen, said on the button that uses it */

  function countChosen() {
    const count = all("input[form=chosen]:checked").length;
    for (const button of all("[data-chosen]")) {
      button.disabled = !count;
      button.textContent = count ? `${button.dataset.chosen} (${count})` : button.dataset.chosen;
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("input[form=chosen]")) countChosen();
  });

  /* Leaving a text that is being edited is asked about first. */

  const LEAVING = "#batch-head [hx-get], #saved > [hx-get], #saved .pages [hx-get]";

  document.addEventListener("input", (event) => {
    if (!event.target.closest("[data-editing]")) return;
    for (const link of all(LEAVING)) {
      link.setAttribute("hx-confirm", "You are editing a variation. Leave without saving it?");
      link.dataset.confirmLabel = "Leave";
    }
  });

  function stopAsking() {
    if (document.querySelector("[data-editing]")) return;
    for (const link of all(LEAVING)) link.removeAttribute("hx-confirm");
  }

  /* Open reasons and chosen boxes are as they were after the list is swapped. */

  let kept = { open: [], chosen: [] };

  document.addEventListener("htmx:before:swap", () => {
    kept = {
      open: all("#batch details[open][id], #saved details[open][id]").map((node) => node.id),
      chosen: all("input[form=chosen]:checked").map((node) => node.id),
    };
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const id of kept.open) {
      const node = document.getElementById(id);
      if (node && !node.matches(".menu")) node.open = true;
    }
    for (const id of kept.chosen) {
      const node = document.getElementById(id);
      if (node) node.checked = true;
    }
    countChosen();
    stopAsking();
  });

  document.addEventListener("DOMContentLoaded", () => {
    all("[data-rows]").forEach(number);
    countChosen();
    document.querySelector(".brief-form [aria-invalid]")?.focus();
  });
})();
