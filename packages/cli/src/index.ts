export { renderHtmlReport } from './html/render.js';
export type { HtmlReportOptions, LeadingCell, LeadingTable, ReportSection } from './html/types.js';
export type { Io, Output } from './io.js';
export { main } from './main.js';
