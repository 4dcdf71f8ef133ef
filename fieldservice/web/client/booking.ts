/** How long the chosen window is still held, and letting it go when the page is left. */
if (!document.querySelector("#times")) document.querySelector<HTMLInputElement>("#order input[name=kind]")?.focus();

const form = document.querySelector<HTMLFormElement>("form[data-release]");
let booked = false;

function left(until: number): string {
  const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// The server's clock may differ from this one's: count from when the answer came.
function countDown(): void {
  const shown = document.querySelector<HTMLElement>("[data-left]");
  if (!shown) return;
  const until = Date.now() + Number(shown.dataset["left"]) * 1000;
  const ticking = window.setInterval(() => {
    if (!shown.isConnected) return window.clearInterval(ticking);
    shown.textContent = left(until);
    if (Date.now() < until) return;
    window.clearInterval(ticking);
    shown.closest(".hold")?.classList.add("over");
  }, 1000);
}

document.addEventListener("htmx:afterSwap", countDown);
form?.addEventListener("submit", () => (booked = true));
window.addEventListener("pagehide", () => {
  if (!form || booked || !document.querySelector("[data-left]")) return;
  const data = new FormData();
  for (const name of ["csrf_token", "form_key"]) {
    data.append(name, form.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value ?? "");
  }
  navigator.sendBeacon(form.dataset["release"] ?? "", data);
});
