const step: Record<string, (at: number, last: number) => number> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, last) => last,
};

function rowsOf(table: Element): HTMLTableRowElement[] {
  return [...table.querySelectorAll<HTMLTableRowElement>("tbody tr")].filter((row) => row.querySelector("a[href]"));
}

function focus(rows: HTMLTableRowElement[], row: HTMLTableRowElement): void {
  for (const other of rows) other.tabIndex = other === row ? 0 : -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

/** Arrow keys walk the rows of `table[data-walk]`; Enter opens the row's first link. */
export function walkRows(): void {
  const prepare = (): void => {
    for (const table of document.querySelectorAll("table[data-walk]")) {
      const rows = rowsOf(table);
      if (!rows.some((row) => row.tabIndex === 0)) {
        rows.forEach((row, index) => (row.tabIndex = index === 0 ? 0 : -1));
      }
    }
  };
  prepare();
  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!(target instanceof Element) || event.altKey || event.ctrlKey || event.metaKey) return;
    const table = target.closest("table[data-walk]") ?? (target === document.body ? document.querySelector("table[data-walk]") : null);
    if (!table || target.closest("input, select, textarea")) return;
    const rows = rowsOf(table);
    const here = rows.findIndex((row) => row.contains(target));
    if (event.key === "Enter" && target === rows[here]) {
      rows[here]?.querySelector<HTMLAnchorElement>("a[href]")?.click();
      return;
    }
    // A page that only has a list nobody entered yet still scrolls with Home and End.
    const to = here < 0 && !event.key.startsWith("Arrow") ? undefined : step[event.key]?.(here, rows.length - 1);
    const row = to === undefined ? undefined : rows[to];
    if (!row) return;
    event.preventDefault();
    focus(rows, row);
  });
}
