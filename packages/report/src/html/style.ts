/** Looks of the page, in light and dark. No file is loaded: fonts are those of the system. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --ink: #1b1f27; --soft: #626b7a; --line: #e2e5ea; --track: #eceef2;
  --accent: #0f766e; --before: #98a2b3; --counts: #c3cad6; --warn: #92400e; --warn-page: #fef6e7; --bad: #b42318; --good: #067647;
  --b1: #b42318; --b2: #d9480f; --b3: #c27803; --b4: #7a8b00; --b5: #3f8f29; --b6: #0f8a5f; --b8: #0f766e; --b16: #1d4ed8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1a1e25; --ink: #e6e9ef; --soft: #98a2b3; --line: #2b313b; --track: #262c35;
    --accent: #2dd4bf; --before: #667085; --counts: #4a5364; --warn: #f8c471; --warn-page: #2a2214; --bad: #f97066; --good: #47cd89;
    --b1: #f97066; --b2: #fb8c4b; --b3: #e3b341; --b4: #b5c334; --b5: #7bc96f; --b6: #4cc38a; --b8: #2dd4bf; --b16: #7aa2ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 28px 20px 80px; }
h1 { font-size: 28px; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 15px; margin: 0 0 10px; }
.page { margin-bottom: 22px; }
.page p, .note { color: var(--soft); margin: 4px 0 14px; max-width: 75ch; }
.quiet { color: var(--soft); margin: 0 0 10px; font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; margin: 0 0 16px; }
.card > h2 { margin-bottom: 10px; }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 18px; }
nav a { background: var(--card); border: 1px solid var(--line); border-radius: 999px; padding: 3px 12px; font-size: 13px; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { border-color: var(--accent); color: var(--accent); }
summary { cursor: pointer; }
.section { margin: 0 0 18px; }
.section > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; padding: 10px 0; margin-bottom: 8px; border-bottom: 1px solid var(--line); list-style: none; }
.section > summary::-webkit-details-marker { display: none; }
.section > summary::before { content: "▸"; color: var(--soft); }
.section[open] > summary::before { content: "▾"; }
.gist { color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 0 0 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 18px; min-width: 0; }
.tile span { display: block; color: var(--soft); font-size: 13px; }
.tile strong { display: block; font-size: 26px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile .detail { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.warnings { background: var(--warn-page); border-color: var(--warn); }
.warnings h3 { color: var(--warn); }
.warnings ul { max-height: 280px; overflow: auto; margin: 0; padding-left: 20px; overflow-wrap: anywhere; }
.bars { display: grid; grid-template-columns: auto 1fr auto auto; gap: 8px 14px; align-items: center; font-size: 14px; }
.bars .value, .bars .ratio { text-align: right; font-variant-numeric: tabular-nums; }
.bars .ratio { color: var(--soft); }
.track { background: var(--track); border-radius: 5px; height: 16px; overflow: hidden; }
.bar { display: block; height: 100%; border-radius: 5px; min-width: 2px; }
.bar.before { background: var(--before); }
.bar.after { background: var(--accent); }
.scroll { overflow: auto; }
.scroll.tall { max-height: 70vh; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 6px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
th { position: sticky; top: 0; background: var(--card); color: var(--soft); font-weight: 600; vertical-align: bottom; z-index: 1; }
tbody tr:last-child td { border-bottom: 0; }
tbody tr:hover td { background: var(--track); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.nowrap { white-space: nowrap; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
th[aria-sort] { color: var(--accent); }
th[aria-sort=ascending] button::after { content: " ↑"; }
th[aria-sort=descending] button::after { content: " ↓"; }
td .name { display: block; min-width: 17em; max-width: 34em; overflow-wrap: anywhere; font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; line-height: 1.55; }
td.good { color: var(--good); } td.bad { color: var(--bad); font-weight: 600; } td.muted { color: var(--soft); }
.chip { display: inline-block; min-width: 26px; text-align: center; border-radius: 6px; padding: 0 6px; font-weight: 600; border: 1px solid currentColor; }
.legend { display: flex; gap: 16px; margin: 0 0 6px; font-size: 13px; color: var(--soft); }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 6px; background: currentColor; }
svg { display: block; width: 100%; height: auto; }
.axis { fill: var(--soft); font-size: 11px; }
.end { text-anchor: end; } .middle { text-anchor: middle; }
.grid { stroke: var(--line); }
rect:hover { opacity: .65; }
.line { fill: none; stroke: var(--accent); stroke-width: 2; }
.separability { stroke: var(--ink); stroke-dasharray: 5 4; }
.dot { fill: var(--before); }
.mark { fill: var(--accent); stroke: var(--card); stroke-width: 2; }
.agreement { max-width: 360px; }
.sides { display: grid; grid-template-columns: 7em 1fr 17em; gap: 14px; align-items: center; font-variant-numeric: tabular-nums; margin: 4px 0 14px; }
.sides input { width: 100%; accent-color: var(--accent); }
.budget ul { margin: 0 0 12px; padding-left: 20px; overflow-wrap: anywhere; }
h4 { font-size: 13px; margin: 14px 0 4px; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 18px 22px; }
figure { margin: 0; min-width: 0; content-visibility: auto; contain-intrinsic-size: 250px 135px; }
figcaption { font-size: 12px; line-height: 1.4; margin-bottom: 4px; }
figcaption span { display: block; margin: 0; font-size: 12px; }
figcaption .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; direction: ltr; }
.counts { fill: var(--counts); }
.levels { fill: none; stroke-width: 1.2; }
.skipped summary { padding: 3px 0; overflow-wrap: anywhere; }
.skipped ul { margin: 4px 0 10px; padding-left: 44px; font-size: 13px; overflow-wrap: anywhere; }
.count { display: inline-block; min-width: 30px; text-align: center; background: var(--track); border-radius: 999px; font-size: 12px; font-weight: 600; padding: 1px 8px; margin-right: 6px; }
.op { color: var(--soft); margin-right: 6px; }
pre { overflow: auto; max-height: 60vh; font-size: 12px; margin: 12px 0 0; }
${bitColors()}
@media (max-width: 640px) { .bars { grid-template-columns: 1fr auto auto; } .track { grid-column: 1 / -1; grid-row: auto; } .bars .label { grid-column: 1 / -1; } }
@media print { .section:not([open]) { display: none; } .scroll.tall { max-height: none; } body { background: none; } }
`;

/** A colour for each width, used by chips, bars and marks. */
function bitColors(): string {
  const named = [1, 2, 3, 4, 5, 6, 8, 16];
  const widths = Array.from({ length: 16 }, (_, i) => i + 1);
  return widths
    .map((bits) => {
      const color = `var(--b${named.filter((known) => known <= bits).at(-1)})`;
      return `.bits-${bits} { color: ${color}; fill: ${color}; } .stroke-${bits} { stroke: ${color}; }`;
    })
    .join('\n');
}
