/** Tiny readable pages for people who follow a link out of Slack into one of the stand-ins. */

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** A heading and labelled facts; every text is escaped here. */
export function factsPage(page: {
  readonly product: string;
  readonly title: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly lists?: readonly { readonly heading: string; readonly items: readonly string[] }[];
}): string {
  const facts = page.facts.map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`);
  const lists = (page.lists ?? []).map(({ heading, items }) => {
    const entries = items.map((item) => `<li>${escapeHtml(item)}</li>`).join("");
    return `<h2>${escapeHtml(heading)}</h2><ol>${entries || "<li>none yet</li>"}</ol>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(page.title)}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; } dt { opacity: .7; } dd { margin: 0; }
  .product { opacity: .7; }
</style>
<p class="product">${escapeHtml(page.product)}</p>
<h1>${escapeHtml(page.title)}</h1>
<dl>${facts.join("")}</dl>
${lists.join("\n")}
</html>
`;
}
