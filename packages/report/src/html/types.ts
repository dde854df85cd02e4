import type { Report } from '@lowbit/core';
import type { BudgetReport, Measurements } from '@lowbit/core/policy';

/** One report with a title of its own, for instance one model at one width. */
export interface ReportSection {
  readonly title: string;
  /** A sentence or two under the title. */
  readonly note?: string;
  /** What to do next, for instance a command; it stands with the verdict. */
  readonly next?: string;
  readonly report: Report;
  /** What became of the budget, as `quantize` gives it. */
  readonly budget?: BudgetReport;
  /** What was measured for it: the curve of size against loss is drawn of it, and bits and separability by depth. */
  readonly measurements?: Measurements;
}

/** A cell of the leading table; `good` and `bad` colour a verdict. */
export type LeadingCell =
  string | number | { readonly text: string; readonly tone: 'good' | 'bad' | 'muted' };

/** A table that stands before the sections, for instance results measured on real inputs. */
export interface LeadingTable {
  readonly title?: string;
  readonly note?: string;
  readonly columns: readonly { readonly label: string; readonly align?: 'left' | 'right' }[];
  readonly rows: readonly (readonly LeadingCell[])[];
}

export interface HtmlReportOptions {
  /** Heading and window title. Default: `lowbit report`. */
  readonly title?: string;
  /** A sentence or two under the heading. */
  readonly note?: string;
  readonly table?: LeadingTable;
}
