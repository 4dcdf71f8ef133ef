/** `data-inserts="text" data-into="id"` puts a text into a field, with `data-replaces` in place of what is there; in `textarea[data-sends]`, Ctrl Enter sends. */
export function answering(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-inserts]") : null;
    const field = button ? document.getElementById(button.dataset["into"] ?? "") : null;
    if (!button || !(field instanceof HTMLTextAreaElement)) return;
    const before = "replaces" in button.dataset ? "" : field.value.trim();
    field.value = `${before}${before ? "\n" : ""}${button.dataset["inserts"] ?? ""}`;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (!(field instanceof HTMLTextAreaElement) || !field.matches("[data-sends]")) return;
    event.preventDefault();
    field.form?.requestSubmit();
  });
}
