// Tables that are too wide, printing, and what was typed and not saved: kept in this tab, and asked about.
"use strict";
for (const region of document.querySelectorAll(".scroll")) {
  const look = () => {
    region.previousElementSibling.hidden = region.scrollWidth <= region.clientWidth + 1;
    region.classList.toggle("more", region.scrollLeft + region.clientWidth < region.scrollWidth - 1);
  };
  region.addEventListener("scroll", look);
  new ResizeObserver(look).observe(region);
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());

const form = document.querySelector("form[data-draft]");
const store = window.sessionStorage;
const values = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => !["_xsrf", "version", "key"].includes(name) && typeof value === "string"));

if (document.querySelector("form[data-login]") === null) {
  const saved = document.querySelector("[data-saved]");
  if (saved) store.removeItem("draft:" + saved.dataset.saved);
}
if (form) {
  const name = "draft:" + form.dataset.draft;
  const first = values();
  const refused = form.hasAttribute("data-refused");
  let sent = false;
  const dirty = () => refused || values() !== first;
  form.addEventListener("input", () => dirty() ? store.setItem(name, values()) : store.removeItem(name));
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", (event) => { if (!sent && dirty()) event.preventDefault(); });
  const kept = store.getItem(name);
  const asking = document.querySelector("[data-asking]");
  if (kept && kept !== first && asking && !refused) {
    asking.hidden = false;
    asking.querySelector("[data-take]").addEventListener("click", () => { take(JSON.parse(kept)); asking.hidden = true; form.querySelector("input:not([type=hidden]), select, textarea").focus(); });
    asking.querySelector("[data-drop]").addEventListener("click", () => { store.removeItem(name); asking.hidden = true; });
  }
  function take(pairs) {
    for (const field of form.elements) if (["checkbox", "radio"].includes(field.type)) field.checked = false;
    for (const [key, value] of pairs) for (const field of form.querySelectorAll(`[name="${CSS.escape(key)}"]`)) {
      if (["checkbox", "radio"].includes(field.type)) field.checked = field.checked || field.value === value;
      else field.value = value;
    }
  }
}
