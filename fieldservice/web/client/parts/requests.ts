import "htmx.org";
import { announce, sentence } from "./announce.ts";

/** Partial refreshes carry the page's CSRF token and say so when they fail. */
export function requests(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
    const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
    if (token) headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:sendError", () => announce(sentence("no-answer"), "bad"));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    const plain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain") && xhr.responseText.length < 400;
    announce(plain ? xhr.responseText : sentence(xhr.status === 403 ? "refused" : "not-done"), "bad");
  });
}
