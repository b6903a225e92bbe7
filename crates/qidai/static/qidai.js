// Saves round trips, nothing more: every page works without this file.
"use strict";

const QUIET_MS = 250;
const form = document.getElementById("criteria");

/** Asks the server what a field or a line means; nothing when it cannot answer now. */
async function check(question) {
  try {
    const answer = await fetch("/api/typing/check", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(question),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // The form is checked again when it is sent.
  }
}

/** An element with a class and children; texts become text nodes, never markup. */
function element(name, look, ...children) {
  const made = document.createElement(name);
  made.className = look;
  made.append(...children);
  return made;
}

function sign(tone) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("class", "sign");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#sign-${tone}`);
  svg.append(use);
  return svg;
}

function fixButton(fix) {
  const button = element("button", "as-link", form.dataset.fix.replace("{}", fix.text));
  button.type = "submit";
  button.name = "fix";
  button.value = `${fix.field}=${fix.text}`;
  button.formNoValidate = true;
  return button;
}

/** The same markup as `said.html`. */
function said(one) {
  const body = document.createElement("span");
  body.append(one.sentence);
  if (one.fix) body.append(" ", fixButton(one.fix));
  if (one.code && one.tone === "bad") body.append(" ", element("span", "code", one.code));
  return element("p", `said said-${one.tone}`, sign(one.tone), body);
}

function show(place, list) {
  place.replaceChildren(...list.map(said));
}

function look(field, tone) {
  field.classList.remove("is-ok", "is-warn", "is-bad");
  if (tone) field.classList.add(`is-${tone}`);
  if (tone === "bad") field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

const copies = (locus) => [...form.querySelectorAll(`[data-locus="${locus}"]`)];

async function checkLocus(locus) {
  const fields = copies(locus);
  const texts = fields.map((field) => field.value);
  const answer = await check({ locus, texts });
  const stale = fields.some((field, index) => field.value !== texts[index]);
  if (!answer || stale) return;
  fields.forEach((field, index) => look(field, answer.fields[index]));
  show(document.getElementById(`said-${locus}`), answer.said);
}

/** A line that can be read moves into the fields, and replaces all of them. */
async function takePaste(area) {
  const line = area.value;
  if (!line.trim()) return;
  const answer = await check({ line });
  if (!answer || area.value !== line) return;
  show(document.getElementById("paste-said"), answer.said);
  look(area, answer.loci ? null : "bad");
  if (!answer.loci) return;
  area.value = "";
  for (const [locus, texts] of answer.loci) {
    copies(locus).forEach((field, index) => { field.value = texts[index]; });
    checkLocus(locus);
  }
  form.dispatchEvent(new Event("filled"));
}

/** Accepts a correction without sending the form. */
function acceptFix(button) {
  const [, name, text] = button.value.match(/^([^=]*)=(.*)$/s);
  const field = form.elements[name];
  if (!field || field.length !== undefined) return false;
  field.value = text;
  field.focus();
  if (field.dataset.locus) checkLocus(field.dataset.locus);
  else if ("paste" in field.dataset) takePaste(field);
  else button.closest(".said").remove();
  form.dispatchEvent(new Event("filled"));
  return true;
}

function watchForm() {
  const waiting = new Map();
  form.addEventListener("input", (event) => {
    document.querySelector("[data-state]").textContent = "";
    const { locus } = event.target.dataset;
    if (!locus) return;
    clearTimeout(waiting.get(locus));
    waiting.set(locus, setTimeout(checkLocus, QUIET_MS, locus));
  });
  const area = form.querySelector("[data-paste]");
  area.addEventListener("paste", () => setTimeout(takePaste, 0, area));
  area.addEventListener("change", () => takePaste(area));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=fix]");
    if (button && acceptFix(button)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

/** `j` and `k` walk through the list, `Enter` opens; off inside fields. */
function watchList() {
  document.addEventListener("keydown", (event) => {
    const links = [...document.querySelectorAll(".cell-act a, .row-link")];
    const typing = event.target.closest("input:not(.choose), textarea, select");
    const step = { j: 1, k: -1 }[event.key];
    if (typing || !step || event.ctrlKey || event.altKey || event.metaKey) return;
    const row = document.activeElement.closest(".hit")?.querySelector(".cell-act a");
    const next = links[links.indexOf(row ?? document.activeElement) + step] ?? links[0];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  });
}

function watchPrint() {
  for (const button of document.querySelectorAll("[data-print][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

/** `/` goes to the field that finds a unit by its number; off inside fields. */
function watchScan() {
  const field = document.querySelector("[data-scan]");
  document.addEventListener("keydown", (event) => {
    if (!field || event.key !== "/" || event.target.closest("input:not(.choose), textarea, select")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

/** `?` shows what keys do; off inside fields. `Esc` and the button close it without us. */
function watchHelp() {
  const help = document.getElementById("keys");
  document.addEventListener("keydown", (event) => {
    if (!help || help.open || event.key !== "?" || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    help.showModal();
  });
}

if (form) watchForm();
watchHelp();
watchScan();
watchList();
watchPrint();
