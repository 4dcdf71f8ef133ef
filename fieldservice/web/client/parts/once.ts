const sentByHtmx = "[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]";
const sent = new WeakSet<HTMLFormElement>();

function mark(form: HTMLFormElement, busy: boolean): void {
  if (busy) sent.add(form);
  else sent.delete(form);
  if (busy) form.setAttribute("aria-busy", "true");
  else form.removeAttribute("aria-busy");
  // Not `disabled`: a disabled button's own name and value would be left out of the request.
  for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) {
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

function formOf(event: Event): HTMLFormElement | null {
  return event.target instanceof HTMLFormElement && event.target.hasAttribute("data-once")
    ? event.target
    : null;
}

/** A form marked `data-once` goes off once, however often its button is pressed. */
export function submitOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (!form) return;
    if (sent.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    mark(form, true);
    // htmx prevents the browser's own sending too; its forms are freed when the answer is in.
    window.setTimeout(() => {
      if (event.defaultPrevented && !form.matches(sentByHtmx)) mark(form, false);
    });
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    if (form) mark(form, false);
  });
  // Coming back with the browser's Back shows the page as it was left: make it usable again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-once]")) mark(form, false);
  });
}
