import { expect, it } from 'vitest';
import { coarse, memoryPort } from '../test/memory-port.js';
import { chain, samples } from '../test/running-memory-port.js';
import { trainableMemory } from '../test/trainable-memory-port.js';
import { acceptedOptions, rawFailures, type RightCall } from '../test/wrong-calls.js';
import type { Batch } from './contract/model-run.js';
import * as adapter from './adapter.js';
import * as users from './index.js';
import * as method from './method.js';
import * as deciding from './policy.js';

const core = { ...adapter, ...method, ...deciding, ...users };

const bag = () => ({ a: { shape: [2, 4], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) } });
const features = () => ({ dimensions: 1, values: Float32Array.of(1, 2, 5, 6) });
const methods = core.registry([coarse()]);
const recipe = () => ({ registry: methods, bits: 4 });
const members = [
  ...[
    'registry',
    'bits',
    'weights',
    'granularity',
    'parameterStorage',
    'rules',
    'activations',
    'activationBits',
  ],
  ...['calibration', 'features', 'measurements', 'schedule', 'include', 'exclude', 'seed'],
];
const { plan } = await core.makePlan(memoryPort(bag()), recipe());
const layers = await memoryPort(bag()).layers();
const { resolved } = core.resolvePlan(plan, layers, methods, memoryPort(bag()).supports);
const outcome = { ...resolved, activations: new Map(), floatSites: new Map() };
const slicing = { axes: [0] };
const tensor = () =>
  core.encode(Float32Array.of(1, 2, 3, 4), [2, 2], slicing, {
    bits: 2,
    fit: () => ({ kind: 'affine', levels: 4, scale: 1 }),
  });
const run = core.train(trainableMemory(bag(), bag()), recipe());
let checkpoint = undefined as users.TrainingCheckpoint | undefined;
for await (const round of run) checkpoint = round.number < 0 ? undefined : await run.checkpoint();
const stored = core.storeCheckpoint(checkpoint!);
const modelBytes = { before: 2, after: 1 };

const statistics = {
  format: 'lowbit-calibration',
  version: 1,
  port: 'memory',
  batches: 1,
  sites: {},
} as const;
const telling = (): users.ModelPort<never> => ({
  ...(memoryPort(bag()) as never as users.ModelPort<never>),
  observeInputs: async () => ({ inputs: new Map(), unknown: new Map() }),
});
const measured = await core.measure(memoryPort(bag()), undefined, [2, 4], { recipe: recipe() });
const knapsack = (): deciding.KnapsackProblem => ({
  items: [[{ loss: 1, costs: [1], rank: 0 }]],
  capacities: [1],
  ranks: 1,
});
const budgetOptions = [
  ...['bytes', 'averageBits', 'maxLoss', 'minSqnr', 'bitOperations', 'activationBits', 'choices'],
  ...['methods', 'decreasing', 'metric', 'classes', 'together', 'tries'],
];
const measureOptions = [
  ...['recipe', 'known', 'onMeasured', 'only', 'together', 'by', 'metric', 'classes', 'samples', 'mostBytes'],
];
const named = (names: readonly string[], given: readonly unknown[]) =>
  Object.fromEntries(names.flatMap((name, i) => (given[i] === undefined ? [] : [[name, given[i]]]))) as never;

const calls: Readonly<Record<string, RightCall>> = {
  matchesGlob: { right: () => ['a*', 'ab'] },
  withoutUnfit: { right: () => [{ quantizable: [], quantizableBytes: 0, skipped: [] }, [], {}] },
  quantize: { right: () => [memoryPort(bag()), recipe(), { measure: true }] },
  'options of quantize': {
    right: () => [new AbortController().signal, () => undefined, true],
    call: (signal: never, onProgress: never, measure: never) =>
      core.quantize(memoryPort(bag()), recipe(), { signal, onProgress, measure }),
  },
  'members of a recipe': {
    right: () => members.map((name) => recipe()[name as 'bits']),
    call: (...given: never[]) => {
      const entries = members.map((name, i) => [name, given[i]] as const);
      const told = entries.filter(([, value]) => value !== undefined);
      return core.quantize(memoryPort(bag()), Object.fromEntries(told) as users.Recipe);
    },
  },
  makePlan: { right: () => [memoryPort(bag()), recipe(), { forTraining: false }] },
  applyPlan: { right: () => [memoryPort(bag()), plan, methods, {}] },
  'options of applyPlan': {
    right: () => [undefined, undefined, false, undefined],
    call: (signal: never, onProgress: never, measure: never, calibration: never) =>
      core.applyPlan(memoryPort(bag()), plan, methods, { signal, onProgress, measure, calibration }),
  },
  inputStatistics: { right: () => [telling(), [samples(2)], { weights: ['a'] }] },
  mergeStatistics: { right: () => [[statistics]] },
  storeStatistics: { right: () => [statistics] },
  loadStatistics: { right: () => [statistics, () => new Uint8Array()] },
  parsePlan: { right: () => [JSON.parse(JSON.stringify(plan)), 'plan.json', methods] },
  storedPlan: { right: () => [plan] },
  train: { right: () => [trainableMemory(bag(), bag()), recipe(), {}] },
  'options of train': {
    right: () => [undefined, undefined, [], checkpoint],
    call: (signal: never, onProgress: never, batches: never, resume: never) =>
      core.train(trainableMemory(bag(), bag()), recipe(), { signal, onProgress, batches, resume }),
  },
  storeCheckpoint: { right: () => [checkpoint] },
  loadCheckpoint: { right: () => [stored.document, stored.data] },
  registry: { right: () => [[coarse()]] },
  checkPlugin: { right: () => [coarse()] },
  everywhere: { right: () => [4] },
  ends: { right: () => [8, {}] },
  byName: { right: () => [{ a: 4 }, {}] },
  byOp: { right: () => [{ Dense: 4 }, {}] },
  byShape: { right: () => [{ bits: 4, rank: 2 }] },
  atLeast: { right: () => [4, 'a'] },
  float: { right: () => ['a'] },
  budget: { right: () => [{ bytes: 100 }] },
  'options of budget': {
    right: () => [100, 4, 1, 20, 1000, 8, [2, 4], ['min-max'], true, () => 1, ['y'], [['a']], 3],
    call: (...given: never[]) => core.budget(named(budgetOptions, given)),
  },
  measure: { right: () => [memoryPort(bag()), undefined, [2, 4], { recipe: recipe() }] },
  'options of measure': {
    right: () => [{ registry: methods }, measured, () => 1, ['a'], [['a']], 'outputs', () => 1, ['y'], 8, 9],
    call: (...given: never[]) =>
      core.measure(memoryPort(bag()), undefined, [2], named(measureOptions, given)),
  },
  measureChoices: {
    right: () => [chain().port, [samples(4)], [2, 4], [{ w0: '2' }], { recipe: recipe() }],
  },
  measuring: { right: () => [memoryPort(bag()), undefined, [2, 4], { recipe: recipe() }] },
  classesOf: { right: () => [features(), [0, 0, 1, 1]] },
  traceRatio: { right: () => [features(), [0, 0, 1, 1]] },
  mergeMeasurements: { right: () => [[measured]] },
  candidateKey: { right: () => [{ bits: 4 }] },
  assignedBytes: { right: () => [measured, [{ id: 'a', bits: 4 }]] },
  bytesBeside: { right: () => [measured, [{ id: 'a', bits: 4 }], new Set(['a'])] },
  solveKnapsack: { right: () => [knapsack()] },
  leastCost: { right: () => [knapsack(), 0] },
  frontier: { right: () => [measured, { points: 3 }] },
  cascade: { right: () => [core.everywhere(4), core.ends(8)] },
  assignBits: { right: () => [core.everywhere(4), [{ id: 'a', bits: 8 }], layers, {}] },
  encode: {
    right: () => [
      Float32Array.of(1, 2),
      [1, 2],
      slicing,
      { bits: 2, fit: () => ({ kind: 'affine', levels: 4, scale: 1 }) },
    ],
  },
  decode: { right: () => [tensor()] },
  packTensor: { right: () => [tensor()] },
  packedTensorBytes: { right: () => [tensor()] },
  bitsPerWeight: { right: () => [tensor()] },
  unpackTensor: { right: () => [core.packTensor(tensor())] },
  pack: { right: () => [[1, 2, 3], 2] },
  unpack: { right: () => [Uint8Array.of(57), 2, 3] },
  isLowbitError: { right: () => [new Error('x')] },
  isGranularity: { right: () => ['tensor'] },
  wrongHeaderMember: { right: () => [core.packTensor(tensor()).header] },
  checkedWriter: {
    right: () => [outcome, () => memoryPort(bag()).write(outcome)],
  },
  checkBatches: { right: () => [[]] },
  classLabels: { right: () => [{ inputs: {}, labels: [0] }, [1], { where: 'batch 1' }] },
  labelUse: {
    right: () => [
      { type: 'float32', declared: null, shape: [1, 2] },
      { shape: [1], data: [0] },
    ],
  },
  labelsOf: {
    right: () => [
      { inputs: {}, labels: [0] },
      { code: 'invalid-argument', where: 'batch 1' },
    ],
  },
  strangeLabel: { right: () => [[0, 1], 2] },
  finiteBatches: { right: () => [[]] },
  checkPortOptions: { right: () => ['features', {}] },
  'options of observe': {
    right: () => [{}, []],
    call: (given: never, ids: never) => core.checkPortOptions('observe', given, ids),
  },
  'options of observeInputs': {
    right: () => [{ weights: [] }, []],
    call: (given: never, ids: never) => core.checkPortOptions('observeInputs', given, ids),
  },
  'options of captureInputs': {
    right: () => [{ weights: [], biases: [] }, []],
    call: (given: never, ids: never) => core.checkPortOptions('captureInputs', given, ids),
  },
  'options of run': { right: () => [{}], call: (given: never) => core.checkPortOptions('run', given) },
};

const numbers = () => Float32Array.of(1, 2, 4, 7);
const square = (values: Float32Array | Float64Array) => ({ values, rows: 2, columns: 2 });
const affine = () =>
  ({ kind: 'affine', levels: 4, scale: Float32Array.of(1, 1), offset: Float32Array.of(-1, -1) }) as const;
const points = () => core.sortedPoints(numbers());
const context = (): method.FitContext => ({
  role: 'weight',
  bits: 2,
  options: {},
  random: core.seededRandom(1),
});
const refitted = (): method.RefitContext => ({
  ...context(),
  frozen: Uint8Array.of(1, 0, 0, 0),
  previous: { kind: 'codebook', values: numbers() },
});
const site = () =>
  ({
    role: 'weight',
    bits: 2,
    options: {},
    parameters: core.siteParameters(core.arrayOps, affine(), 2),
  }) as const;
const matrix = () => core.arrayOps.constant({ shape: [2, 2], data: [1, 2, 4, 7] });
const entry = () => ({
  ...(plan.weights[0] as users.QuantizedEntry),
  scheme: { kind: 'affine', levels: 4, zeroPoints: 'none' } as const,
});
const scheduled = () => ({
  values: numbers(),
  tensor: tensor(),
  quantized: core.decode(tensor()),
  frozen: new Uint8Array(4),
});
const fitted = () => ({
  id: 's',
  bits: 2,
  quantizer: coarse(),
  options: {},
  parameters: { kind: 'affine', levels: 4, scale: 1 },
});

/** What is for authors of methods and adapters alone. */
const kitCalls: Readonly<Record<string, RightCall>> = {
  batchRange: { right: () => [numbers()] },
  checkCalibration: {
    right: () => [{ format: 'lowbit-calibration', version: 1, port: 'memory', batches: 0, sites: {} }],
  },
  rangeCollector: { right: () => [] },
  'range collector: add': {
    right: () => [core.batchRange(numbers())],
    call: (range: never) => core.rangeCollector().add(range),
  },
  statisticsCollector: { right: () => [{ sampleSize: 4, seed: 1 }] },
  'statistics collector: add': {
    right: () => [numbers()],
    call: (values: never) => core.statisticsCollector().add(values),
  },
  rowGatherer: { right: () => [{ inputs: 3, most: 5, random: () => 0 }] },
  numberedBatches: { right: () => [[samples(2)], () => undefined] },
  windowPlaces: {
    right: () => [[{ size: 4, kernel: 2, stride: 1, dilation: 1, before: 0, outputs: 3, transposed: false }]],
  },
  channelErrors: { right: () => [new Float64Array(4), numbers(), { channels: 2, inputs: 2 }] },
  addProduct: { right: () => [square(new Float64Array(4)), square(numbers()), square(numbers())] },
  isComplete: { right: () => [core.rangeCollector().finish()] },
  quantiles: { right: () => [points(), 2] },
  sortedPoints: { right: () => [numbers(), numbers()] },
  codebookOf: { right: () => [points(), numbers(), [1]] },
  fitClusters: { right: () => [numbers(), context(), {}, () => [1, 2]] },
  refitClusters: { right: () => [numbers(), refitted(), {}] },
  clusterMap: { right: () => [scheduled()] },
  lloyd: { right: () => [points(), [1, 4], {}] },
  optimalCodebook: { right: () => [points(), 2, {}] },
  floorLog2: { right: () => [3] },
  nearestPowerOfTwo: { right: () => [3] },
  roundHalfEven: { right: () => [3] },
  checkArgument: { right: () => [true, 1, { where: 'f', expected: 'x' }] },
  checkOptionNames: { right: () => [{}, [], 'f'] },
  pauses: { right: () => [undefined, 'f'] },
  stopIfAborted: { right: () => [undefined, 'f', {}] },
  fromFloat16Bits: { right: () => [1] },
  roundToFloat16: { right: () => [1] },
  toFloat16Bits: { right: () => [1] },
  toFloat32: { right: () => [1] },
  toScale: { right: () => [1] },
  joinBytes: { right: () => [[Uint8Array.of(1)]] },
  seededRandom: { right: () => [1] },
  seedFrom: { right: () => [1, 'a'] },
  meanAndDeviation: { right: () => [numbers()] },
  range: { right: () => [numbers()] },
  scalesPixels: { right: () => [numbers(), numbers()] },
  strangeValue: { right: () => [[1, 2], [2]] },
  slicingOf: { right: () => ['group:2', layers[0]!.weights[0]] },
  groupSize: { right: () => ['group:4'] },
  choosePluginOf: { right: () => ['quantizer', 'min-max', methods] },
  chooseQuantizer: { right: () => ['min-max', methods] },
  optionsOf: { right: () => [coarse(), {}] },
  hasZeroPoints: { right: () => [{ quantizer: coarse(), options: {} }] },
  affineGrids: { right: () => [2] },
  searchGrids: { right: () => [numbers(), 1, { levels: 4, zero: 'anywhere', steps: ['measure'] }] },
  levelsOf: { right: () => [affine()] },
  sliceParameters: { right: () => [affine(), 1] },
  forwardOf: { right: () => [coarse()] },
  backwardOf: { right: () => [coarse()] },
  siteParameters: { right: () => [core.arrayOps, affine(), 2] },
  nearestLevel: { right: () => [core.arrayOps, matrix(), site().parameters] },
  nearestWithZeroPoint: {
    right: () => [
      core.arrayOps,
      matrix(),
      { levels: 4, scale: core.arrayOps.constant(1), zeroPoint: core.arrayOps.constant(2) },
    ],
  },
  activationSite: { right: () => [core.arrayOps, fitted()] },
  observedBy: { right: () => [coarse(), {}] },
  decibels: { right: () => [1, 2] },
  measureError: { right: () => [numbers(), numbers()] },
  levelValue: { right: () => [core.sliceParameters(affine(), 1)] },
  expander: { right: () => [core.packTensor(tensor())] },
  multiplier: { right: () => [core.packTensor(tensor())] },
  evenLevels: { right: () => [numbers()] },
  packedBytes: { right: () => [3, 2] },
  sizeOf: { right: () => [[2, 2]] },
  parameterShape: { right: () => [[2, 2], slicing] },
  sliceLayout: { right: () => [[2, 2], slicing] },
  zeroPointForm: { right: () => [tensor()] },
  resolvePlan: { right: () => [plan, layers, methods, memoryPort(bag()).supports] },
  packedCost: { right: () => [layers[0]!.weights[0], entry()] },
  standIns: { right: () => [layers[0]!.weights[0], entry()] },
  totalCost: { right: () => [[{ storedBytes: 1, memoryBytes: 1 }]] },
  schemeOutline: { right: () => [affine()] },
  defined: { right: () => [{ a: 1 }] },
  sumDifferences: { right: () => [numbers(), numbers()] },
  mergeDifferences: { right: () => [[core.sumDifferences(numbers(), numbers())]] },
  differenceOf: { right: () => [core.sumDifferences(numbers(), numbers())] },
  topClasses: { right: () => [[1, 2], { rows: 1, classes: 2 }] },
  countEqual: { right: () => [[1], [1]] },
  areMany: { right: () => [10, 9] },
  withModelBytes: { right: () => [{ modelBytes }, modelBytes] },
};

const words = 'words errors for the code that calls it, which writes what stands in them';
const exceptions = {
  checkOptions: words,
  knownName: words,
  LowbitError: words,
  nearestName: words,
  suggestName: words,
  wordProblem: words,
};

it('wrong arguments of every public function are told as typed errors', async () => {
  expect(await rawFailures(core, { ...calls, ...kitCalls }, exceptions)).toEqual([]);
});

it('options that are no plain object are told', async () => {
  const port = () => memoryPort(bag());
  const called = {
    quantize: (options: never) => core.quantize(port(), recipe(), options),
    'a recipe': (given: never) => core.quantize(port(), given),
    'a recipe of training': (given: never) => core.train(trainableMemory(bag(), bag()), given),
    makePlan: (options: never) => core.makePlan(port(), recipe(), options),
    applyPlan: (options: never) => core.applyPlan(port(), plan, methods, options),
    train: (options: never) => core.train(trainableMemory(bag(), bag()), recipe(), options),
    observe: (options: never) => core.checkPortOptions('observe', options, []),
    features: (options: never) => core.checkPortOptions('features', options),
    run: (options: never) => core.checkPortOptions('run', options),
  };
  expect(await acceptedOptions(called)).toEqual([]);
});

it('a schedule that quantize does not follow is told in the report', async () => {
  const schedule = {
    kind: 'schedule',
    api: 2,
    name: 'mine',
    summary: 'mine',
    next: () => undefined,
  } as const;
  const given = { ...recipe(), schedule: schedule as never };
  const { report } = await core.quantize(memoryPort(bag()), given);
  expect(report.warnings).toContainEqual(expect.stringContaining('train(port, recipe) follows it'));
});

it('data that cannot be read are told with what to do', async () => {
  const locked = new ReadableStream<Batch>();
  locked.getReader();
  const ask = (data: unknown) => core.quantize(memoryPort(bag()), { ...recipe(), data: data as [] });
  await expect(ask(locked)).rejects.toMatchObject({
    code: 'invalid-argument',
    remedy: 'Give a stream of its own, or release the reader that holds this one.',
  });
  async function* photos(): AsyncGenerator<Batch> {}
  await expect(ask(photos)).rejects.toMatchObject({ where: 'recipe.data', remedy: 'Call it: photos().' });
  expect(() => core.checkBatches(locked)).toThrow('a stream of its own');
});
