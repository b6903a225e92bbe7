// What axe-core finds that is serious or critical, each with the element; `only` names the rules, or is null for all.
const options = { resultTypes: ["violations"] };
if (only) options.runOnly = { type: "rule", values: only };
return axe.run(document, options).then(({ violations }) =>
  violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `axe ${id}: ${html.slice(0, 120)}`)),
);
