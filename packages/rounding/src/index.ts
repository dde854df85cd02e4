export { autoRanks } from './auto.js';
