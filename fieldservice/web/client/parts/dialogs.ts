/** `data-opens="id"` opens that dialog; a click on its backdrop or `data-closes` closes it. */
export function dialogs(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest<HTMLElement>("[data-opens]");
    const wanted = opener && document.getElementById(opener.dataset["opens"] ?? "");
    if (wanted instanceof HTMLDialogElement) {
      event.preventDefault();
      wanted.showModal();
    } else if (event.target instanceof HTMLDialogElement || event.target.closest("[data-closes]")) {
      event.target.closest("dialog")?.close();
    } else {
      closeMenus(event.target);
    }
  });
}

/** Folded menus close when the reader turns elsewhere. */
function closeMenus(except: Element | null): boolean {
  let closed = false;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (except && menu.contains(except)) continue;
    menu.open = false;
    closed = true;
  }
  return closed;
}

/** What Esc means when no dialog is open: fold menus, else close the side panel. */
export function escape(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (closeMenus(null)) return;
    // In a field Esc belongs to the field: it clears a search and must not lose the panel.
    if (event.target instanceof Element && event.target.matches("input, select, textarea")) return;
    document.querySelector<HTMLElement>("[data-close-panel]")?.click();
  });
}
