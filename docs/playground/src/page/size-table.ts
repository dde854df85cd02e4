import type { Report } from '@lowbit/core';
import { formatBytes, formatRatio } from 'lowbit/browser';
import { element } from './element.js';

const columns = [
  ['What', ''],
  ['Size', 'number'],
  ['Of the original', 'number'],
  ['', 'bar'],
] as const;

type Row = readonly [name: string, label: string, bytes: number, whole: number];

/** The three sizes of the weights beside their float size, and the whole model, as numbers and bars. */
export function sizeTable({ sizes, modelBytes, port }: Report, format: string): HTMLElement {
  const { float, nominal, stored, memory } = sizes;
  const { before, after } = modelBytes;
  const whole = format === 'onnx' ? 'File' : 'All files';
  // A layers model is loaded before it is quantized, and does not tell how its file held each weight.
  const weights = port === 'tfjs' ? 'Weights as floats' : 'Weights as they were';
  const rows: readonly Row[] = [
    ['float', weights, float, float],
    ['nominal', 'Nominal: values × bits', nominal, float],
    ['stored', 'Stored: with scales and container', stored, float],
    ['memory', 'In memory at run time', memory, float],
    ['before', `${whole} before`, before, before],
    ['after', `${whole} after`, after, before],
  ];
  const longest = Math.max(...rows.map(([, , bytes]) => bytes), 1);
  return element(
    'table',
    { class: 'sizes' },
    element('caption', {}, 'Sizes'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...columns.map(([label, align]) => element('th', { scope: 'col', class: align }, label)),
      ),
    ),
    element('tbody', {}, ...rows.map((row) => sizeRow(row, longest))),
  );
}

function sizeRow([name, label, bytes, whole]: Row, longest: number): HTMLElement {
  const bar = element('progress', { max: longest, value: bytes, 'aria-hidden': 'true' });
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, label),
    element('td', { class: 'number', 'data-size': name, 'data-bytes': bytes }, formatBytes(bytes)),
    element('td', { class: 'number' }, formatRatio(bytes, whole)),
    element('td', { class: 'bar' }, bar),
  );
}
