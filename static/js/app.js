/* Everything the pages do beyond htmx, found by data- attributes. */
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);

  /* Messages */

  const QUIET_AFTER = 8000;

  function toast(text, tone = "problem") {
    const template = $("#toast-template");
    const region = $("#toasts");
    if (!template || !region) return;
    const made = template.content.firstElementChild.cloneNode(true);
    made.classList.add(`notice-${tone}`);
    $(".notice-text", made).textContent = text;
    region.append(made);
  }

  function retire(node) {
    if (node.dataset.stays === undefined) window.setTimeout(() => node.remove(), QUIET_AFTER);
  }

  function watchToasts() {
    const region = $("#toasts");
    if (!region) return;
    region.querySelectorAll(".notice").forEach(retire);
    new MutationObserver((changes) => {
      for (const change of changes) {
        for (const node of change.addedNodes) if (node.nodeType === Node.ELEMENT_NODE) retire(node);
      }
    }).observe(region, { childList: true });
  }

  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx?.response?.status ?? 500;
    if (status >= 500) {
      toast("That did not work, and what you see was not changed. Try again in a minute.");
    }
  });
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail.ctx) return;
    toast("The server did not answer. Check your connection, then try again.");
  });

  /* Asking before something is lost */

  function ask(text, label) {
    const dialog = $("#confirm");
    if (!dialog) return Promise.resolve(window.confirm(text));
    $("[data-confirm-text]", dialog).textContent = text;
    $("[data-confirm-yes]", dialog).textContent = label || "Continue";
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  document.addEventListener("htmx:confirm", (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    if (!ctx?.confirm) return;
    event.preventDefault();
    ask(ctx.confirm, ctx.sourceElement?.dataset.confirmLabel).then((agreed) =>
      agreed ? issueRequest() : dropRequest(),
    );
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const text = button?.dataset.confirm ?? form.dataset.confirm;
    if (!text || form.dataset.confirmed !== undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(text, button?.dataset.confirmLabel ?? form.dataset.confirmLabel).then((agreed) => {
      if (!agreed) return;
      form.dataset.confirmed = "";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    });
  }, true);

  /* Platform popups */

  const channel = "BroadcastChannel" in window ? new BroadcastChannel("growzzy") : null;
  const NEXT_STEP_WITHIN = 5000;
  let lastConnected = 0;
  let openedPopup = false;
  let staysHere = false;

  function openPopup(address) {
    const width = 620;
    const height = 720;
    const left = Math.max(0, window.screenX + (window.outerWidth - width) / 2);
    const top = Math.max(0, window.screenY + (window.outerHeight - height) / 2);
    const place = `popup,width=${width},height=${height},left=${left},top=${top}`;
    const opened = window.open(address, "growzzy-connect", place);
    openedPopup ||= opened !== null;
    return opened;
  }

  /* A form that a platform has to know something from first, such as a shop's address. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.popup) return;
    const query = new URLSearchParams(new FormData(form));
    if (openPopup(`${form.dataset.popup}?${query}`)) event.preventDefault();
  });

  /* Only a window that a script opened may be closed; in any other the link is followed. */
  function closePopup(event, link) {
    event.preventDefault();
    window.close();
    window.setTimeout(() => window.location.assign(link.href), 300);
  }

  function connected(data) {
    // The popup speaks through both doors; whichever is open first counts.
    if (data?.type !== "growzzy:connected" || Date.now() - lastConnected < 2000) return;
    lastConnected = Date.now();
    if (openedPopup && staysHere) {
      window.location.reload();
      return;
    }
    // Other tabs of ours hear it too; only the one that opened the popup goes on.
    if (data.next && openedPopup) {
      window.location.assign(new URL(data.next, window.location.origin).pathname);
      return;
    }
    document.body.dispatchEvent(new CustomEvent("connections-changed", { bubbles: true }));
  }

  window.addEventListener("message", (event) => {
    if (event.origin === window.location.origin) connected(event.data);
  });
  channel?.addEventListener("message", (event) => {
    if ($("[data-popup-done]") === null) connected(event.data);
  });

  /* Clicks */

  async function copy(button) {
    const source = button.dataset.copy ? $(button.dataset.copy) : null;
    const text = source ? (source.value ?? source.textContent).trim() : button.dataset.copyText;
    try {
      await navigator.clipboard.writeText(text ?? "");
      toast("Copied.", "done");
    } catch {
      toast("Your browser did not allow copying. Select the text and copy it by hand.");
    }
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const popup = at("a[data-popup]");
    if (popup && openPopup(popup.href)) {
      staysHere = popup.hasAttribute("data-stay");
      event.preventDefault();
    }
    if (at("[data-copy],[data-copy-text]")) copy(at("[data-copy],[data-copy-text]"));
    if (at("[data-dismiss]")) at(".notice")?.remove();
    if (at("[data-close]")) at("dialog")?.close();
    if (at("[data-close-popup]")) closePopup(event, at("[data-close-popup]"));
    if (at("[data-open]")) $(at("[data-open]").dataset.open)?.showModal();
    if (at("[data-open-shortcuts]")) listShortcuts($("#shortcuts"));
    if (event.target instanceof HTMLDialogElement) event.target.close();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const drawer = $("#drawer");
    const target = event.detail.ctx?.target;
    if (drawer && target?.id === "drawer-body" && !drawer.open) drawer.showModal();
    keepFocus();
    keepTimes();
    for (const said of document.querySelectorAll("main [data-toast]")) {
      toast(said.dataset.toast, "done");
      said.removeAttribute("data-toast");
    }
    if (Date.now() - lastConnected < NEXT_STEP_WITHIN) $("[data-next-step]")?.focus();
  });

  /* What had the focus is found again in the part of the page that was swapped */

  let focused = null;
  const wordsOf = (node) => node.getAttribute("aria-label") ?? node.textContent.trim();

  document.addEventListener("htmx:before:swap", () => {
    const node = document.activeElement;
    focused = node?.closest("main :is(a,button,input,select,summary)");
  });

  function keepFocus() {
    const lost = focused;
    focused = null;
    if (!lost || lost.isConnected || document.activeElement !== document.body) return;
    const alike = [...document.querySelectorAll(`main ${lost.localName}`)];
    const found =
      alike.find((node) => wordsOf(node) === wordsOf(lost)) ??
      alike.find((node) => lost.className && node.className === lost.className);
    const closed = found?.closest("details:not([open])");
    (closed ? $("summary", closed) : found)?.focus({ preventScroll: true });
    if (found?.type === "search") found.setSelectionRange(found.value.length, found.value.length);
  }

  /* Finding one of many choices; without JavaScript the field stays hidden. */

  function filterChoices(box) {
    const wanted = $("input", box).value.trim().toLowerCase();
    const region = $(box.dataset.filter);
    let shown = 0;
    for (const group of region.querySelectorAll("[data-filter-group]")) {
      const choices = [...group.querySelectorAll("[data-filter-words]")];
      for (const choice of choices) {
        choice.hidden = !choice.dataset.filterWords.toLowerCase().includes(wanted);
        shown += choice.hidden ? 0 : 1;
      }
      group.hidden = choices.every((choice) => choice.hidden);
    }
    $("[data-filter-said]", box).textContent = wanted ? `${shown} shown; hidden ones stay as they are.` : "";
  }

  function offerFilters() {
    for (const box of document.querySelectorAll("[data-filter]")) {
      box.hidden = false;
      $("input", box).addEventListener("input", () => filterChoices(box));
      $("input", box).addEventListener("keydown", (event) => {
        if (event.key === "Enter") event.preventDefault();
      });
    }
  }

  /* Keys */

  const KEYS_OFF = "keys-off";
  const keysOff = () => window.localStorage?.getItem(KEYS_OFF) === "1";
  const typing = (node) => node.closest?.("input,textarea,select,[contenteditable]");

  function listShortcuts(dialog) {
    const rows = $("[data-shortcut-rows]", dialog);
    rows.replaceChildren();
    const all = [...document.querySelectorAll("[data-key]")].map((node) => [
      node.dataset.key,
      node.dataset.keyLabel ?? node.textContent.trim(),
    ]);
    for (const [key, label] of new Map([...all, ["?", "Show these shortcuts"]])) {
      const term = document.createElement("dt");
      const words = document.createElement("dd");
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap);
      words.textContent = label;
      rows.append(term, words);
    }
    $("[data-keys-on]", dialog).checked = !keysOff();
    dialog.showModal();
  }

  function press(key) {
    if (key === "?") {
      const dialog = $("#shortcuts");
      if (dialog) listShortcuts(dialog);
      return true;
    }
    const node = [...document.querySelectorAll("[data-key]")].find((found) => found.dataset.key === key);
    if (!node) return false;
    if (typing(node)) node.focus();
    else node.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        menu.open = false;
        $("summary", menu)?.focus();
      });
      document.activeElement?.closest?.(".has-tip")?.classList.add("tip-off");
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if ($("dialog[open]") || keysOff()) return;
    if (press(event.key)) event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    event.target.closest?.(".has-tip")?.classList.remove("tip-off");
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) {
      window.localStorage?.setItem(KEYS_OFF, event.target.checked ? "0" : "1");
    }
    if (event.target.matches("[data-submits]")) event.target.form?.requestSubmit();
  });

  /* Times that stay true */

  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const wording = new Intl.RelativeTimeFormat("en", { numeric: "always" });

  function since(moment) {
    const seconds = (Date.now() - moment) / 1000;
    for (const [unit, size] of UNITS) {
      if (seconds >= size) return wording.format(-Math.floor(seconds / size), unit);
    }
    return "just now";
  }

  function keepTimes() {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const moment = Date.parse(time.dateTime);
      if (Date.now() - moment < 30 * 86400 * 1000) time.textContent = since(moment);
    }
  }

  /* A browser knows its time zone; a form may want it. */
  function fillTimeZone() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    document.querySelectorAll("input[data-time-zone]").forEach((input) => {
      if (!input.value) input.value = zone;
    });
  }

  /* On a phone the links to other pages are wider than the window. */
  function showWhereOneIs() {
    document.querySelectorAll("nav [aria-current='page']").forEach((link) => {
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    watchToasts();
    showWhereOneIs();
    fillTimeZone();
    offerFilters();
    keepTimes();
    window.setInterval(keepTimes, 30000);
  });
})();
