// The texts of the page whose contrast to their background is below 4.5 : 1, each with its ratio.
const parse = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
const channel = (value) => {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
};
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const background = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
    if (alpha === 1) return [r, g, b];
  }
  return [255, 255, 255];
};
const seen = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && !element.closest(".spoken, .hidden, .skip, option");
};
const faint = new Set();
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const element = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !seen(element)) continue;
  const [light, dark] = [luminance(parse(getComputedStyle(element).color)), luminance(background(element))]
    .sort((a, b) => b - a);
  const ratio = (light + 0.05) / (dark + 0.05);
  if (ratio < 4.5) faint.add(`${ratio.toFixed(2)} "${walk.currentNode.data.trim().slice(0, 30)}" ${element.className}`);
}
return [...faint];
