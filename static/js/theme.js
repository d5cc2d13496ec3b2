/* Loaded before the first paint, so a dark page never flashes white. */
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  }

  function show(theme) {
    if (root.dataset.bsTheme === theme) return;
    root.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("growzzy:theme", { detail: theme }));
  }

  function apply() {
    show(chosen() ?? (system.matches ? "dark" : "light"));
  }

  function toggle() {
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", next);
    } catch {
      root.dataset.bsTheme = next;
    }
    apply();
  }

  apply();
  // Ink is dark and paper is light.
  window.addEventListener("beforeprint", () => show("light"));
  window.addEventListener("afterprint", apply);
  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => event.key === "theme" && apply());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-toggle]")) toggle();
  });
})();
