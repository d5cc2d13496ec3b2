/* A slider and the number beside it say the same; the number is what is sent. */
(() => {
  const numberOf = (slider) => document.getElementById(slider.dataset.slides);
  const follow = (event) => {
    const moved = event.target;
    if (moved.matches("[data-slides]")) {
      const exact = Number(moved.value);
      const even = Number(exact.toFixed(Number(moved.dataset.digits)));
      numberOf(moved).value = even < Number(moved.min) || even > Number(moved.max) ? moved.value : even;
      return;
    }
    const slider = document.querySelector(`[data-slides="${CSS.escape(moved.id)}"]`);
    if (slider && moved.value !== "") slider.value = moved.value;
  };
  // Before htmx reads the form.
  document.addEventListener("input", follow, true);
})();
