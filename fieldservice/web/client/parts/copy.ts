import { announce, sentence } from "./announce.ts";

/** `data-copy="text"`, or `data-copy="#id"` for the text of an element, puts it on the clipboard. */
export function copying(): void {
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    const wanted = button?.dataset["copy"];
    if (!wanted) return;
    const source = wanted.startsWith("#") ? document.getElementById(wanted.slice(1)) : null;
    const text = source instanceof HTMLInputElement ? source.value : (source?.textContent?.trim() ?? wanted);
    try {
      await navigator.clipboard.writeText(text);
      announce(sentence("copied"), "good");
    } catch {
      announce(sentence("not-copied"), "bad");
    }
  });
}
