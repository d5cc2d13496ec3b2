/* Draws every figure on the page. Python sends data; colours, fonts and dark mode live here.

   A figure is {data, layout}. What a trace stands for is in `trace.meta`:
     role      spend, revenue, roas, cpa, conversions, sold, or a platform's slug (colour)
     roles     of a pie: one per slice
     part      previous (dotted) or unsettled (dashed); absent for the settled present
   and `layout.meta` holds {unit: money|ratio|count|percent, currency} of the axis and, for a
   pie, {centre: [figure, words]}. */
(() => {
  const PLATFORMS = {
    meta: "#2563eb",
    google: "#f59e0b",
    linkedin: "#0f766e",
    tiktok: "#db2777",
    shopify: "#65a30d",
  };
  const THEMES = {
    light: {
      text: "#4b5563", strong: "#111827", grid: "rgba(15,23,42,.07)", card: "#ffffff",
      hover: "#111827", hoverText: "#ffffff", spend: "#64748b", accent: "#4f46e5",
      fill: "rgba(79,70,229,.07)", other: "#94a3b8",
    },
    dark: {
      text: "#a5adba", strong: "#f3f4f6", grid: "rgba(255,255,255,.08)", card: "#171a21",
      hover: "#e5e7eb", hoverText: "#111827", spend: "#94a3b8", accent: "#818cf8",
      fill: "rgba(129,140,248,.12)", other: "#64748b",
    },
  };
  const FONT = '"Inter", system-ui, sans-serif';
  // A sheet between its margins: what is drawn for a wide window would be cut off.
  const PAPER = 640;
  const CONFIG = { displayModeBar: false, responsive: true, showTips: false };
  const drawn = new Set();

  const theme = () => THEMES[document.documentElement.dataset.bsTheme] ?? THEMES.light;
  // A report may be in another language than the page around it.
  const spoken = (figure) => {
    const place = figure.closest("[data-locale]") ?? document.documentElement;
    return { locale: place.dataset.locale || "en-US", language: place.lang || "en" };
  };
  const DATES = {
    en: { day: "%b %-d", whole: "%a, %b %-d, %Y" },
    de: { day: "%-d. %b", whole: "%a, %-d. %b %Y" },
  };
  const datesIn = (language) => DATES[language] ?? { day: "%-d %b", whole: "%a %-d %b %Y" };

  function colour(role, look) {
    if (role === "spend") return look.spend;
    if (role === "sold") return look.strong;
    return PLATFORMS[role?.replace(/_ads$/, "")] ?? (role === "other" ? look.other : look.accent);
  }

  function separators(locale) {
    const parts = new Intl.NumberFormat(locale).formatToParts(12345.6);
    const find = (type) => parts.find((part) => part.type === type)?.value ?? "";
    return find("decimal") + find("group");
  }

  function symbol(currency, locale) {
    const parts = new Intl.NumberFormat(locale, {
      style: "currency", currency, currencyDisplay: "narrowSymbol",
    }).formatToParts(0);
    const at = parts.findIndex((part) => part.type === "currency");
    return { text: parts[at].value, after: at > 0 };
  }

  function valueAxis(meta = {}, locale) {
    switch (meta.unit) {
      case "money": {
        const sign = symbol(meta.currency ?? "USD", locale);
        return sign.after
          ? { ticksuffix: ` ${sign.text}`, tickformat: ",.2~f", hoverformat: ",.2f" }
          : { tickprefix: sign.text, tickformat: ",.2~f", hoverformat: ",.2f" };
      }
      case "ratio": return { ticksuffix: "x", tickformat: ",.2~f", hoverformat: ",.2f" };
      case "percent": return { tickformat: ",.1~%", hoverformat: ",.2%" };
      default: return { tickformat: ",.0~f", hoverformat: ",.2~f" };
    }
  }

  function line(trace, look) {
    const { role, part } = trace.meta ?? {};
    const shade = colour(role, look);
    const dressed = {
      mode: "lines",
      ...trace,
      line: {
        color: shade,
        width: part === "previous" ? 1.5 : 2,
        dash: { previous: "dot", unsettled: "dash" }[part] ?? "solid",
        ...trace.line,
      },
      opacity: part === "previous" ? 0.65 : 1,
    };
    if (trace.fill && trace.fill !== "none") dressed.fillcolor = look.fill;
    return dressed;
  }

  function pie(trace, look) {
    const roles = trace.meta?.roles ?? [];
    return {
      hole: 0.68, sort: false, direction: "clockwise", textinfo: "none",
      ...trace,
      marker: {
        colors: roles.map((role) => colour(role, look)),
        line: { color: look.card, width: 2 },
      },
    };
  }

  function dress(trace, look) {
    if (trace.type === "pie") return pie(trace, look);
    if (trace.type === "bar") {
      return { ...trace, marker: { color: colour(trace.meta?.role, look), ...trace.marker } };
    }
    return line(trace, look);
  }

  function layout(figure, look, { locale, language }) {
    const given = figure.layout ?? {};
    const cartesian = (figure.data ?? []).every((trace) => trace.type !== "pie");
    const axis = { gridcolor: look.grid, linecolor: look.grid, zeroline: false, automargin: true };
    return {
      autosize: true,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: FONT, size: 12, color: look.text },
      margin: cartesian ? { l: 8, r: 8, t: 28, b: 8 } : { l: 0, r: 0, t: 0, b: 0 },
      hovermode: cartesian ? "x unified" : "closest",
      hoverlabel: {
        bgcolor: look.card, bordercolor: look.grid,
        font: { family: FONT, size: 12, color: look.strong },
      },
      showlegend: cartesian,
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom" },
      separators: separators(locale),
      dragmode: false,
      annotations: centre(given.meta?.centre, look),
      ...given,
      xaxis: {
        ...axis, showgrid: false, fixedrange: true, nticks: 6,
        hoverformat: datesIn(language).whole, ...dates(figure.data ?? [], language),
        ...given.xaxis,
      },
      yaxis: {
        ...axis, fixedrange: true, nticks: 6, rangemode: "tozero",
        ...valueAxis(given.meta, locale), ...given.yaxis,
      },
    };
  }

  const DAY = 86400000;
  const NARROW = 480;

  /* A narrow chart has no room to name the dashed end of a line. */
  function fit(traces, shape, canvas) {
    if (canvas.clientWidth >= NARROW) return;
    shape.legend = { ...shape.legend, x: 0, xanchor: "left", font: { size: 11 } };
    for (const trace of traces) {
      if (trace.meta?.part === "unsettled") trace.showlegend = false;
    }
  }

  /* Plotly brings English only; names of months and days in another language are the browser's. */
  function calendar(language) {
    if (language === "en") return {};
    const names = (count, at, options) => Array.from({ length: count }, (_, place) =>
      new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options }).format(at(place)));
    const month = (place) => Date.UTC(2026, place, 1);
    const sunday = Date.UTC(2026, 1, 1);
    const day = (place) => sunday + place * DAY;
    const format = {
      months: names(12, month, { month: "long" }),
      shortMonths: names(12, month, { month: "short" }),
      days: names(7, day, { weekday: "long" }),
      shortDays: names(7, day, { weekday: "short" }),
    };
    return { locale: language, locales: { [language]: { format } } };
  }

  function dates(data, language) {
    const days = data.flatMap((trace) => trace.x ?? []).map((day) => Date.parse(day));
    if (!days.length || days.some(Number.isNaN)) return {};
    const span = days.reduce((most, day) => Math.max(most, day), days[0])
      - days.reduce((least, day) => Math.min(least, day), days[0]);
    return { type: "date", tickformat: span < 300 * DAY ? datesIn(language).day : "%b %Y" };
  }

  function centre(words, look) {
    if (!words) return [];
    const [figure, label] = words;
    const place = { x: 0.5, y: 0.5, showarrow: false };
    return [
      { ...place, text: figure, yshift: 9, font: { size: 17, weight: 650, color: look.strong } },
      { ...place, text: label, yshift: -11, font: { size: 12, color: look.text } },
    ];
  }

  function draw(figure, width) {
    const data = figure.querySelector('script[type="application/json"]');
    const canvas = figure.querySelector(".chart-canvas");
    if (!data || !canvas || !window.Plotly) return;
    const content = JSON.parse(data.textContent);
    const look = theme();
    const traces = (content.data ?? []).map((trace) => dress(trace, look));
    const place = spoken(figure);
    const shape = { ...layout(content, look, place), ...(width && { width }) };
    fit(traces, shape, canvas);
    Plotly.react(canvas, traces, shape, { ...CONFIG, ...calendar(place.language) });
    drawn.add(figure);
  }

  function redraw(width) {
    for (const figure of drawn) draw(figure, width);
  }

  function drawNew() {
    for (const figure of drawn) {
      if (figure.isConnected) continue;
      Plotly.purge(figure.querySelector(".chart-canvas"));
      drawn.delete(figure);
    }
    for (const figure of document.querySelectorAll("[data-chart]")) {
      if (!drawn.has(figure)) draw(figure);
    }
  }

  document.addEventListener("DOMContentLoaded", drawNew);
  document.addEventListener("htmx:after:swap", drawNew);
  document.addEventListener("growzzy:theme", () => redraw());
  window.addEventListener("beforeprint", () => redraw(PAPER));
  window.addEventListener("afterprint", () => redraw());
})();
