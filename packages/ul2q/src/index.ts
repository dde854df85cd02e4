export { allocateBits, type MeasuredWeight } from './allocate.js';
export { expectedErrors } from './expected-errors.js';
export { lossBudget, type LossBudget } from './loss-budget.js';
export { bitsForLoss, expectedLoss, layerLoss } from './loss.js';
export { stepOf, stepRow, stepTable, type StepList, type StepRow } from './steps.js';
export { ul2q, type Ul2qOptions } from './ul2q.js';
