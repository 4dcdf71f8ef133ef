const allowed = new WeakSet<Element>();

function ask(question: string, yes: string | null, then: () => void): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog#confirm");
  const text = dialog?.querySelector("[data-question]");
  const button = dialog?.querySelector<HTMLButtonElement>("button[value=yes]");
  if (!dialog || !text || !button) {
    if (window.confirm(question)) then();
    return;
  }
  text.textContent = question;
  button.textContent = yes || button.dataset["word"] || button.textContent;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") then();
  }, { once: true });
  dialog.showModal();
}

function hold(event: Event, element: HTMLElement, again: () => void): void {
  if (allowed.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(element.dataset["confirm"] ?? "", element.dataset["confirmYes"] ?? null, () => {
    allowed.add(element);
    again();
  });
}

/** Asks before a form, button or link marked `data-confirm`, and for htmx's `hx-confirm`. */
export function confirmFirst(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    const by = event.submitter;
    const asking = by?.dataset["confirm"] ? by : form.dataset["confirm"] ? form : null;
    if (asking instanceof HTMLElement) hold(event, asking, () => form.requestSubmit(by));
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-confirm]") : null;
    if (link) hold(event, link, () => link.click());
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    const { question, issueRequest } = (event as CustomEvent<{
      question: string | null;
      issueRequest: (skip: boolean) => void;
    }>).detail;
    if (!question) return;
    event.preventDefault();
    ask(question, null, () => issueRequest(true));
  });
}
