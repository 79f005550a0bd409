"""The look of a review in HTML. Every pair of colours has a contrast of 4.5 to 1 or more, in light and in dark."""

from __future__ import annotations

STYLE = """\
:root {
  --ground: #ffffff; --ink: #1b1f24; --soft: #57606a; --edge: #d0d7de; --panel: #f6f8fa;
  --curve: #0550ae; --period: #ddf4ff;
  --planned: #6639ba; --incident: #b32020; --unclaimed: #8a4600; --deploy: #14692e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1117; --ink: #e6edf3; --soft: #9ea7b3; --edge: #30363d; --panel: #161b22;
    --curve: #79c0ff; --period: #14283f;
    --planned: #d2a8ff; --incident: #ff8a80; --unclaimed: #f0b35a; --deploy: #6fdd8b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.75rem 0 .5rem; padding-top: .75rem;
  border-top: 1px solid var(--edge); }
h1, h2, p, li { overflow-wrap: anywhere; }
.lead { font-size: 1.15rem; }
.source { color: var(--soft); }
.tasks { padding-left: 1.5rem; }
.tasks li { margin: .6rem 0; }
pre { margin: .35rem 0 0; padding: .5rem .75rem; background: var(--panel); border: 1px solid var(--edge);
  border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: .875rem/1.4 ui-monospace, monospace; }
.scroll { overflow-x: auto; margin: 1.25rem 0; }
.scroll:focus-visible { outline: 2px solid var(--curve); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.25rem .3rem 0; border-bottom: 1px solid var(--edge); }
td:not(.number) { max-width: 28rem; overflow-wrap: break-word; }
td:last-child:not(.number) { min-width: 9rem; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 500; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
figure { margin: 1rem 0; }
.chart { display: block; width: 100%; max-width: 46rem; height: auto; }
.chart text { font: 13px system-ui, sans-serif; fill: var(--soft); }
.chart .middle { text-anchor: middle; }
.chart .end { text-anchor: end; }
.chart .curve { fill: none; stroke: var(--curve); stroke-width: 2.5; stroke-linejoin: round; }
.chart .even { stroke: var(--soft); stroke-width: 1.25; stroke-dasharray: 2 4; }
.chart .grid, .chart .tier { stroke: var(--edge); }
.chart .tier { stroke: var(--soft); stroke-dasharray: 8 4; stroke-width: .8; }
.chart .zero { stroke: var(--soft); }
.chart .period { fill: var(--period); }
.chart .planned { fill: var(--planned); }
.chart .incident { fill: var(--incident); }
.chart .unclaimed { fill: none; stroke: var(--unclaimed); stroke-width: 2; }
.chart .deploy { fill: var(--deploy); }
@media (max-width: 32rem) {
  .chart text { font-size: 18px; }
  th, td { padding-right: .8rem; font-size: .925rem; }
}
@media print {
  :root { --ground: #ffffff; --ink: #000000; --soft: #444444; --edge: #aaaaaa; --panel: #f4f4f4; --period: #e6f0f8; }
  main { max-width: none; padding: 0; }
  section, figure, tr, li { break-inside: avoid-page; }
  .scroll { overflow: visible; }
}
"""
