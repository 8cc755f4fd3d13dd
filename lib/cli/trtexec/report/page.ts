import { escape } from '../../../report/escape.js';
import { style } from '../../../report/style.js';

/** A fact with the section that it stands in. */
export interface PageFact {
  readonly section: string;
  readonly label: string;
  readonly value: string;
}

/**
 * The page of `--report`: what the run found, one table per section. Self-contained: no script, font or request.
 *
 * @param title - The model's or plan's name.
 */
export function reportPage(title: string, facts: readonly PageFact[]): string {
  const sections = [...new Set(facts.map(({ section }) => section))];
  const tables = sections.map((section) => {
    const rows = facts
      .filter((fact) => fact.section === section)
      .map(({ label, value }) => `<tr><th scope="row">${escape(label)}</th><td>${escape(value)}</td></tr>`);
    return `<h2>${escape(section)}</h2>\n<table>${rows.join('\n')}</table>`;
  });
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    '<link rel="icon" href="data:,">',
    `<title>${escape(title)}: calibrt trtexec</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escape(title)}</h1>`,
    ...tables,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
