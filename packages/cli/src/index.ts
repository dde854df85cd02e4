export {
  renderHtmlReport,
  type HtmlReportOptions,
  type LeadingCell,
  type LeadingTable,
  type ReportSection,
} from '@lowbit/report';
export type { Io, Output } from './io.js';
export { main } from './main.js';
