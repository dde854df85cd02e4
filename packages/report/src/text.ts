export { printable } from './tables/printable.js';
export { textTable, type Column } from './tables/table.js';
