/** Sentences come from the page, so that they are in the reader's language. */
export function sentence(name: string): string {
  return document.getElementById("sentences")?.getAttribute(`data-${name}`) ?? "";
}

/** Shows a short note at the foot of the page and reads it to screen readers. */
export function announce(text: string, tone: "info" | "good" | "bad" = "info"): void {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const note = document.createElement("p");
  note.className = `toast ${tone}`;
  note.textContent = text;
  place.append(note);
  window.setTimeout(() => note.remove(), tone === "bad" ? 12_000 : 5_000);
}
