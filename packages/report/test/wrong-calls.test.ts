import { expect, it } from 'vitest';
import { rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import * as report from '../src/index.js';
import * as texts from '../src/text.js';
import { sampleReport, sampleWeight } from './sample-report.js';

const values = () => ({ shape: [1, 2], data: Float32Array.of(1, 2) });
const declared = (name: string) => ({ name, type: 'float32', shape: ['batch', 2] });
const model = () => ({
  name: 'model',
  inputs: [declared('x')],
  outputs: [declared('y')],
  run: async () => ({ y: values() }),
  close: () => undefined,
});
const batches = () => [{ inputs: { x: values() }, labels: [1] }];
const sums = () => report.sumDifferences([1, 2], [1, 3]);
const whole = () => sampleReport([sampleWeight()]);
const table = () => ({ columns: [{ label: 'a' }], rows: [['b']] });
const defined = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const sweep = () => ({
  ...{ format: 'lowbit-sweep', version: 1, input: 'm.onnx', work: 'a', total: 1 },
  grid: { weights: ['a'], bits: [4], granularity: ['channel'] },
  rows: [{ key: 'k', weights: 'a', bits: 4, granularity: 'channel', trial: { bytes: 9, sqnrDb: 20 } }],
});

const calls: Readonly<Record<string, RightCall>> = {
  mergeSweeps: { right: () => [[sweep(), sweep()]] },
  renderSweepPage: { right: () => [sweep(), { title: 'a' }] },
  verdictLines: { right: () => [whole()] },
  budgetLines: { right: () => [{ limits: { bytes: 9 }, choice: { w: '4' }, predicted: 1, bytes: 8 }] },
  renderHtmlReport: { right: () => [whole(), {}] },
  'options of renderHtmlReport': {
    right: () => ['title', 'note', table()],
    call: (title: never, note: never, table: never) =>
      report.renderHtmlReport(whole(), defined({ title, note, table })),
  },
  'a section of renderHtmlReport': {
    right: () => ['title', 'note', whole()],
    call: (title: never, note: never, whole: never) =>
      report.renderHtmlReport({ title, report: whole, ...defined({ note }) }),
  },
  renderErrorChart: { right: () => [[sampleWeight()]] },
  renderHistogram: { right: () => [sampleWeight()] },
  compareModels: { right: () => [model(), model(), batches(), {}] },
  'settings of compareModels': {
    right: () => [1, 'labels', () => undefined],
    call: (rounds: never, labels: never, before: never) =>
      report.compareModels(model(), model(), batches(), defined({ rounds, labels, before })),
  },
  alignNames: { right: () => [model(), model()] },
  checkInterfaces: { right: () => [model(), model()] },
  sumDifferences: { right: () => [[1], [2]] },
  outputCollector: { right: () => [declared('y')] },
  'add of outputCollector': {
    right: () => [values(), values(), [1]],
    call: (...given: never[]) =>
      report.outputCollector(declared('y')).add(...(given as never as [never, never, never])),
  },
  extremeErrors: { right: () => [[sampleWeight()]] },
  gatherWarnings: { right: () => [whole()] },
  groupByReason: { right: () => [[]] },
  editablePlan: { right: () => [whole().plan] },
  planSentences: { right: () => [whole().plan] },
  parameterWords: { right: () => [whole().plan] },
  roundingLines: { right: () => [whole()] },
  wantedLines: { right: () => [[sampleWeight()]] },
};

const textCalls: Readonly<Record<string, RightCall>> = {
  plannedText: {
    right: () => [{ plan: whole().plan, warnings: [], output: 'p.json', next: 'lowbit' }, texts.plain],
  },
  editablePlan: { right: () => [whole().plan] },
  explanationText: { right: () => [whole().plan, texts.plain] },
  sweepText: { right: () => [sweep()] },
  quantizationText: { right: () => [{ report: whole(), output: 'm.onnx' }, texts.plain] },
  quantizationLine: {
    right: () => [{ input: 'm.onnx', output: 'm_q8.onnx', report: whole() }, texts.plain],
  },
  comparisonText: {
    right: () => [
      {
        batches: 1,
        outputs: [],
        overall: report.differenceOf(sums()),
        time: null,
        a: { file: 'a', bytes: 1 },
        b: { file: 'b', bytes: 1 },
        sizeRatio: 1,
        runtime: 'none',
        inputs: { source: 'data', paths: [], preparation: [], notes: [] },
      },
      texts.plain,
    ],
  },
  inspectionText: { right: () => [inspected(), texts.plain] },
  tfjsInspectionText: {
    right: () => [{ ...inspected(), kind: 'layers-model', generatedBy: null }, texts.plain],
  },
  kerasInspectionText: {
    right: () => [{ name: 'm', layers: [], parameters: 1, problems: [], notes: [] }, texts.plain],
  },
  methodsText: { right: () => [[], texts.plain] },
  textTable: { right: () => [[{ label: 'a' }], [['b']]] },
};

function inspected() {
  return {
    name: 'm',
    totalBytes: 1,
    operators: [],
    parameters: { count: 0, bytes: 0, types: [] },
    quantizable: [],
    quantizableBytes: 0,
    skipped: [],
    ir: 8,
    opsets: { '': 17 },
    producer: { name: 'p', version: '1' },
    inputs: [],
    outputs: [],
  };
}

const cell = 'words one figure of a document that was checked as a whole, for every cell of a table';
const arithmetic = 'adds up what sumDifferences gave, for every batch';
const exceptions = Object.fromEntries([
  ...Object.keys(report).flatMap((name) => (name.startsWith('format') ? [[name, cell] as const] : [])),
  ...['wordedValue', 'sortableSignal'].map((name) => [name, cell] as const),
  ...['differenceOf', 'mergeDifferences'].map((name) => [name, arithmetic] as const),
]);
const line = 'makes one line of a text that was checked as a whole';
const textExceptions = Object.fromEntries(
  ['heading', 'indented', 'printable', 'expandedLine', 'nextLine', 'sessionLine'].map(
    (name) => [name, line] as const,
  ),
);

it('wrong arguments of every public function are told as typed errors', async () => {
  expect(await rawFailures(report, calls, exceptions)).toEqual([]);
});

it('wrong arguments of texts are told as typed errors', async () => {
  expect(await rawFailures(texts, textCalls, textExceptions)).toEqual([]);
});

/** The value without each of its members in turn, and without each member of those. */
function* withoutParts(value: object, path = ''): Generator<readonly [string, unknown]> {
  for (const name of Object.keys(value)) {
    const { [name]: part, ...others } = value as Readonly<Record<string, unknown>>;
    const whole = (changed: object) => (Array.isArray(value) ? Object.values(changed) : changed);
    yield [`${path}.${name}`, whole(others)];
    if (typeof part !== 'object' || part === null) continue;
    for (const [at, changed] of withoutParts(part, `${path}.${name}`))
      yield [at, whole({ ...value, [name]: changed })];
  }
}

it('a report that lacks any part is worded or told as a typed error', async () => {
  const given = sampleReport([sampleWeight()], {
    skipped: [{ id: 'a', layer: 'a', reason: 'small' } as never],
  });
  const failures: string[] = [];
  for (const [path, part] of withoutParts(given)) {
    const called = {
      quantizationText: {
        right: () => [],
        call: () => texts.quantizationText({ report: part as never, output: 'm' } as never),
      },
      renderHtmlReport: { right: () => [], call: () => report.renderHtmlReport(part as never) },
    };
    for (const [name, call] of Object.entries(called))
      for (const failure of await rawFailures({}, { [name]: call }))
        if (!failure.includes('LowbitError')) failures.push(`${path}: ${failure}`);
  }
  expect(failures).toEqual([]);
});
