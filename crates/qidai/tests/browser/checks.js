// What is wrong with the page as it stands, beside contrast: structure, names, sizes, and words of the other language.
const wrong = [];
const all = (selector) => [...document.querySelectorAll(selector)];
const told = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 90);
const isSeen = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && element.checkVisibility({ visibilityProperty: true });
};
const name = (element) =>
  (element.getAttribute("aria-label") || element.innerText || element.title || element.textContent || "").trim();

const sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
if (sideways > 0) {
  const out = one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
  const held = one => one && (/auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX) || held(one.parentElement));
  const widest = [...document.body.querySelectorAll("*")].filter(one => out(one) && !held(one) && ![...one.children].some(out));
  const named = widest.slice(0, 3).map(one => `${one.parentElement.className} > ${one.localName}.${one.className} "${one.textContent.trim().slice(0, 30)}"`);
  wrong.push(`scrolls sideways by ${sideways} px: ${named.join(", ")}`);
}

// Structure.
if (all("h1").length !== 1) wrong.push(`${all("h1").length} h1`);
if (all("main").length !== 1) wrong.push(`${all("main").length} main`);
if (!document.title.trim() || document.title.startsWith(" ")) wrong.push(`title "${document.title}"`);
let depth = 0;
for (const heading of all("h1, h2, h3, h4").filter((one) => one.checkVisibility())) {
  const level = Number(heading.tagName[1]);
  if (level > depth + 1) wrong.push(`h${level} after h${depth}: ${told(heading)}`);
  depth = level;
}
for (const table of all("table")) {
  if (!table.caption?.textContent.trim()) wrong.push(`table without caption: ${told(table)}`);
  for (const head of table.querySelectorAll("th:not([scope])")) wrong.push(`th without scope: ${told(head)}`);
}
const ids = all("[id]").map((one) => one.id);
for (const id of ids.filter((one, at) => ids.indexOf(one) !== at)) wrong.push(`id twice: ${id}`);
for (const attribute of ["aria-describedby", "aria-labelledby", "for"]) {
  for (const one of all(`[${attribute}]`)) {
    for (const id of one.getAttribute(attribute).split(" ")) if (!ids.includes(id)) wrong.push(`${attribute}=${id} leads nowhere`);
  }
}
for (const nav of all("nav")) if (!nav.getAttribute("aria-label")) wrong.push(`nav without name: ${told(nav)}`);

// Names.
for (const field of all("input:not([type=hidden], [hidden]), select, textarea")) {
  if (!field.labels?.length && !field.ariaLabel) wrong.push(`field without label: ${told(field)}`);
}
for (const one of all("a[href], button, summary")) {
  if (!name(one) && one.getAttribute("aria-hidden") !== "true") wrong.push(`no name: ${told(one)}`);
}

// Sizes: 24 px (WCAG 2.2, 2.5.8), and 44 px where fingers are expected; a link inside a sentence or a cell of text is let off.
const least = innerWidth <= 720 ? 44 : 24;
const inText = (one) => getComputedStyle(one).display === "inline" || one.closest("p, dd, td, th, li:not(.step)") !== null;
for (const one of all("a[href], button, summary, select, textarea, input:not([type=hidden])").filter(isSeen)) {
  if (one.closest(".skip, .spoken") || (one.matches("a, .as-link") && inText(one) && !one.matches(".button, .row-link"))) continue;
  const box = one.getBoundingClientRect();
  if (box.height < least - 0.5 || box.width < 24) {
    wrong.push(`${Math.round(box.width)} × ${Math.round(box.height)} px, not ${least}: ${told(one)}`);
  }
}

// Words of the other language, outside of what is written for it, of names and of codes.
const here = document.documentElement.lang;
const foreign = here === "en" ? /[一-鿿]/ : /[A-Za-z]{2,}(?:\s+[a-z]{2,}){2,}/;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const element = walk.currentNode.parentElement;
  const lang = element.closest("[lang]").lang;
  if (lang === here && !element.closest("code, .mono, .code, script, [data-as-written], select[name=site], select[name=f-site]") && foreign.test(walk.currentNode.data)) {
    wrong.push(`not in ${here}: "${walk.currentNode.data.trim().slice(0, 80)}"`);
  }
}
for (const one of all("[aria-label], [title], [placeholder], [alt]")) {
  for (const attribute of ["aria-label", "title", "placeholder", "alt"]) {
    const text = one.getAttribute(attribute);
    if (text && one.closest("[lang]").lang === here && foreign.test(text)) wrong.push(`not in ${here}: ${attribute}="${text}"`);
  }
}
return [...new Set(wrong)];
