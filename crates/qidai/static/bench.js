// The workbench without round trips: results follow the form, explanations open in place, keys walk and choose.
// Everything here is also a link or a button that works without this file.
"use strict";

const LIVE_MS = 400;
const CHOSEN_MAX = 5;
const criteria = document.getElementById("criteria");
const part = (name, within = document) => within.querySelector(`[data-part="${name}"]`);
const inField = (event) => event.target.closest("input:not(.choose), textarea, select, dialog");
const address = () => location.pathname + location.search;
let asking = null;
let shown = address();

const chosen = () => [...document.querySelectorAll(".choose:checked")].map((box) => box.value);

/** Says on the button how many are chosen; a sixth is not taken. */
function count() {
  const button = document.querySelector("[data-compare]");
  if (!button) return;
  const number = chosen().length;
  button.textContent = number ? `${button.dataset.compare} ${number}/${CHOSEN_MAX}` : button.dataset.compare;
  for (const box of document.querySelectorAll(".choose:not(:checked)")) box.disabled = number >= CHOSEN_MAX;
}

/** Puts the parts of another page of the workbench in the place of ours; what is chosen stays chosen. */
function take(page, place) {
  const marked = new Set(chosen());
  for (const name of ["head", "jump", "answer"]) {
    const [ours, theirs] = [part(name), part(name, page)];
    if (ours && theirs) ours.replaceWith(theirs);
  }
  for (const box of document.querySelectorAll(".choose")) box.checked = marked.has(box.value);
  document.documentElement.dataset.paperFoot = page.documentElement.dataset.paperFoot ?? "";
  for (const name of ["from", "open"]) setHidden(name, page.querySelector(`#criteria [name=${name}]`)?.value);
  count();
  watchPrint();
  if (place) history.replaceState(null, "", place);
  shown = address();
}

/** The form says which search it is of, so that a switch of language comes back to it. */
function setHidden(name, value) {
  criteria.querySelector(`[name=${name}]`)?.remove();
  if (value === undefined) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  criteria.append(field);
}

async function page(request, options = {}) {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(request, { signal: asking.signal, ...options });
  return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

/** Searches by what stands in the form now. What cannot be searched leaves the list as it is, and says so. */
async function search() {
  const typed = [...criteria.querySelectorAll("[data-locus], [name=paste]")].some((field) => field.value.trim());
  if (!typed) return;
  const fields = new URLSearchParams(new FormData(criteria));
  for (const name of ["filter_name", "filter_shared", "open"]) fields.delete(name);
  try {
    const found = await page("/search", { method: "POST", body: fields });
    if (found.answer.ok && found.answer.redirected) take(found.page, new URL(found.answer.url).pathname);
    else stale();
  } catch {
    // Another question went after this one, or the server is away: the button asks again.
  }
}

/** The list is of an earlier form. */
function stale() {
  const answer = part("answer");
  if (!answer.querySelector("#results")) return;
  answer.classList.add("is-stale");
  const live = answer.querySelector("[data-live]");
  if (live) live.textContent = answer.dataset.stale;
}

function follow() {
  let waiting = 0;
  const later = (event) => {
    if (/^filter_(name|shared)$/.test(event.target.name)) return;
    stale();
    clearTimeout(waiting);
    waiting = setTimeout(search, LIVE_MS);
  };
  criteria.addEventListener("input", later);
  criteria.addEventListener("change", later);
  // A pasted line fills the fields by script, which tells nobody.
  criteria.addEventListener("filled", later);
  criteria.addEventListener("submit", () => clearTimeout(waiting));
}

/** Opens or closes an explanation in place, with an address of its own. */
async function explain(link) {
  const top = link.getBoundingClientRect().top;
  const target = new URL(link.href);
  try {
    const found = await page(target);
    if (!found.answer.ok) return location.assign(target);
    history.pushState(null, "", `${target.pathname}${target.search}`);
    take(found.page);
    const row = document.querySelector(target.hash);
    row?.querySelector(".cell-act a")?.focus({ preventScroll: true });
    // The row stays under the finger.
    if (row) window.scrollBy(0, row.querySelector(".cell-act a").getBoundingClientRect().top - top);
  } catch {
    location.assign(target);
  }
}

function watchAnswer() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".cell-act a[aria-expanded]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    explain(link);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".choose")) count();
  });
  // A step inside of the page is one too.
  window.addEventListener("popstate", () => {
    if (address() !== shown) location.reload();
  });
}

/** The row that has the focus. */
const here = () => document.activeElement?.closest?.(".hit");

function step(by) {
  const links = [...document.querySelectorAll(".cell-act a")];
  const at = links.indexOf(here()?.querySelector(".cell-act a"));
  const next = links[at + by] ?? links[at] ?? links[0];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Keys: arrows walk, e explains, x chooses, c compares, Esc closes the explanation; off inside fields. */
function key(event) {
  if (inField(event) || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const row = here();
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (arrow && row) {
    event.preventDefault();
    return step(arrow);
  }
  if (event.key === "x" && row) {
    const box = row.querySelector(".choose");
    if (!box.disabled) box.checked = !box.checked;
    return count();
  }
  if (event.key === "e" && row) return row.querySelector(".cell-act a").click();
  if (event.key === "c" && chosen().length > 1) return document.getElementById("compare").requestSubmit();
  if (event.key === "Escape") document.querySelector(".cell-act a[aria-expanded=true]")?.click();
}

if (criteria) {
  follow();
  watchAnswer();
  document.addEventListener("keydown", key);
  count();
}
