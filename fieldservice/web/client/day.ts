const stops = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>("a[data-stop]")];

/** Arrow keys walk the stops: left and right along a route, up and down between routes. */
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
  if (!event.target.matches("[data-walk-stops] a[data-stop]")) return;
  const rows = [...document.querySelectorAll("[data-walk-stops] > article")].filter((row) => stops(row).length);
  const row = rows.findIndex((one) => one.contains(event.target as Node));
  const here = rows[row];
  if (!here) return;
  const at = stops(here).indexOf(event.target);
  const near = (other: Element | undefined): HTMLElement | undefined => {
    const found = other ? stops(other) : [];
    return found[Math.min(at, found.length - 1)];
  };
  const next: Record<string, () => HTMLElement | undefined> = {
    ArrowRight: () => stops(here)[at + 1],
    ArrowLeft: () => stops(here)[at - 1],
    ArrowDown: () => near(rows[row + 1]),
    ArrowUp: () => near(rows[row - 1]),
    Home: () => stops(here)[0],
    End: () => stops(here).at(-1),
  };
  const to = next[event.key]?.();
  if (!to) return;
  event.preventDefault();
  to.focus();
  to.scrollIntoView({ block: "nearest" });
});

/** The stop shown in the side panel is marked on its route, and the panel comes into view. */
document.addEventListener("htmx:afterSwap", (event) => {
  const { requestConfig, target } = (event as CustomEvent<{ requestConfig: { elt: Element }; target: Element }>).detail;
  if (target.id !== "panel") return;
  document.querySelector(".day-selected")?.classList.remove("day-selected");
  requestConfig.elt.closest(".stop")?.classList.add("day-selected");
  target.scrollIntoView({ block: "nearest" });
});
