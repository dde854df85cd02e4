import { LowbitError, type Report } from '@lowbit/core';
import { checkOptions, type OptionType, type OptionTypes } from '@lowbit/core/adapter';
import type { Measurements } from '@lowbit/core/policy';
import { hasLists, isBudget, isReport } from '../check-given.js';
import { renderLeadingTable } from './leading-table.js';
import { empty, markup, type Markup, raw } from './markup.js';
import { script, scriptHash } from './script.js';
import { renderSection } from './section.js';
import { style } from './style.js';
import type { HtmlReportOptions, LeadingTable, ReportSection } from './types.js';

/**
 * One self-contained HTML page about one or several reports: sizes, bits and error of each weight, histograms
 * with their levels, what was left as it is, warnings and the plan. It loads nothing from anywhere, and names
 * that come from a model are escaped.
 *
 * @param reports a report, or several; each may be wrapped in a section with a title and a note.
 * @throws LowbitError `invalid-argument` for anything else, `unsupported-option`.
 */
export function renderHtmlReport(
  reports: Report | ReportSection | readonly (Report | ReportSection)[],
  options: HtmlReportOptions = {},
): string {
  checkOptions(options, optionsOfReport, 'renderHtmlReport');
  const { title = 'lowbit report', note, table } = options;
  const list: readonly (Report | ReportSection)[] = Array.isArray(reports) ? reports : [reports];
  const sections = list.map((item, i) => asSection(item, i));
  return renderDocument(
    title,
    markup`<header class="page">
        <h1>${title}</h1>
        ${note === undefined ? empty : markup`<p>${note}</p>`}
      </header>
      ${table === undefined ? empty : renderLeadingTable(table)} ${sections.length > 1 ? contents(sections) : empty}
      ${sections.map((section, i) => renderSection(section, i, sections.length === 1))}`,
  );
}

const text: OptionType = { expected: 'a text', fits: (value) => typeof value === 'string' };

const optionsOfReport: OptionTypes<HtmlReportOptions> = {
  title: text,
  note: text,
  table: {
    expected: 'a table: { columns: [{ label }], rows: [[cell]] }',
    fits: (value) =>
      hasLists(value, ['columns', 'rows']) && (value as LeadingTable).rows.every((row) => Array.isArray(row)),
  },
};

const optionsOfSection: OptionTypes<Omit<ReportSection, 'report'>> = {
  title: text,
  note: text,
  next: text,
  budget: { expected: 'the budget that quantize gives', fits: isBudget },
  measurements: {
    expected: 'the measurements that quantize gives',
    fits: (value) =>
      hasLists(value, ['items', 'joint', 'written']) && isSeparability((value as Measurements).separability),
  },
};

const isSeparability = (value: Measurements['separability']): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.every((one: unknown) => typeof Object(one).value === 'number'));

function asSection(item: Report | ReportSection, index: number): ReportSection {
  const isObject = typeof item === 'object' && (item as unknown) !== null;
  const section: ReportSection =
    isObject && 'report' in item ? item : { title: `Report ${index + 1}`, report: item as Report };
  if (isReport(section.report)) {
    const { title, note, next, budget, measurements } = section;
    const given = { title, note, next, budget, measurements };
    checkOptions(given, optionsOfSection, 'renderHtmlReport: section');
    return section;
  }
  const isPromise = (item as unknown) instanceof Promise;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'renderHtmlReport',
    expected: 'the whole report of quantize, a section with one, or a list of them',
    received: isPromise ? 'a promise' : isObject ? 'another object' : String(item),
    ...(isPromise && { remedy: 'Wait for it with await.' }),
  });
}

function contents(sections: readonly ReportSection[]): Markup {
  return markup`<nav>
    ${sections.map(({ title }, i) => markup`<a href="#section-${i + 1}">${title}</a>`)}
  </nav>`;
}

/** The whole page around its body. A content security policy forbids every request and every foreign script. */
export function renderDocument(title: string, body: Markup): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'`;
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <main>${body}</main>
        ${raw(`<script>${script}</script>`)}
      </body>
    </html>`;
  return `${page.html}\n`;
}
