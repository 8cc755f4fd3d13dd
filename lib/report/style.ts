/** The page's whole style: readable on a phone, in the dark, and on paper. */
export const style = `
:root { color-scheme: light dark; --back: #fff; --text: #1c2330; --muted: #6b7484; --line: #dfe3ea; --fill: #9db8dc; --accent: #c2410c;
  --good: #15803d; --warn: #b45309; }
@media (prefers-color-scheme: dark) { :root { --back: #12161d; --text: #e4e8ee; --muted: #97a1b1; --line: #2c3440; --fill: #3d5f8f;
  --accent: #fb923c; --good: #4ade80; --warn: #fbbf24; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 56rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 0.75rem; border-bottom: 1px solid var(--line); padding-bottom: 0.25rem; }
p, li { max-width: 46rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 500; color: var(--muted); width: 14rem; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
ul { padding-left: 1.2rem; }
.warning::marker, .warning b { color: var(--warn); }
.good::marker, .good b { color: var(--good); }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
details { border-bottom: 1px solid var(--line); padding: 0.4rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary span { color: var(--muted); font-size: 0.9rem; }
figure { margin: 0.5rem 0; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 32rem; height: auto; }
li details { border: 0; padding: 0; }
.muted { color: var(--muted); font-size: 0.9rem; }
.chosen { color: var(--accent); font-weight: 600; }
@media (max-width: 34rem) { th { width: 8rem; } }
@media print { details { break-inside: avoid; } }
`;
