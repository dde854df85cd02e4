import { groups, sum } from 'd3-array';

import type { ModelValue } from '@lowbit/core/adapter';
import { wordedValue } from '../compare/worded-value.js';
import { formatBytes, formatCount, formatRatio } from '../figures/numbers.js';
import { checkDocument } from './check-document.js';
import { heading, labelled, plain, type Colors } from './lines.js';
import { textTable } from './table.js';

const reasonWidth = 52;

/** Domains whose operators need no further name. */
const ownDomains: readonly string[] = ['ai.onnx', 'tensorflow.js'];

/** What a model of any kind holds, and what of it can be quantized. */
export interface InspectedModel {
  readonly name: string;
  /** Bytes of all its files together. */
  readonly totalBytes: number;
  readonly operators: readonly { readonly op: string; readonly domain: string; readonly count: number }[];
  readonly parameters: {
    /** Values of all tensors. */
    readonly count: number;
    readonly types: readonly {
      readonly type: string;
      readonly tensors: number;
      readonly count: number;
      readonly bytes: number;
    }[];
  };
}

/** What of a model can be quantized, and what cannot and why. */
export interface PossibleWeights {
  readonly quantizable: readonly {
    readonly id: string;
    readonly op: string;
    readonly shape: readonly number[];
    readonly bytes: number;
  }[];
  readonly quantizableBytes: number;
  readonly skipped: readonly { readonly reason: string; readonly op: string; readonly count: number }[];
}

/** An ONNX file as `@lowbit/onnx` inspects it, and the files beside it. */
export interface InspectedFile extends InspectedModel, PossibleWeights {
  readonly ir: number;
  /** Versions of operator sets by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: { readonly name: string; readonly version: string };
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** What is quantized already, in a sentence. */
  readonly alreadyQuantized?: string;
  /** `bytes` is `null` where the file is missing. */
  readonly externalFiles?: readonly {
    readonly path: string;
    readonly tensors: number;
    readonly bytes: number | null;
  }[];
}

/** An inspection as tables for people. */
export function inspectionText(inspection: InspectedFile, colors: Colors = plain): string {
  checkDocument(inspection, ['operators', 'quantizable', 'skipped'], colors, [
    'inspectionText',
    'what lowbit inspect --json prints of a file',
  ]);
  const { quantizable, quantizableBytes, skipped, totalBytes } = inspection;
  const part =
    quantizableBytes > totalBytes
      ? 'more than the file, which holds less and computes weights of it'
      : `${formatRatio(quantizableBytes, totalBytes)} of the file`;
  const left = sum(skipped, ({ count }) => count);
  return [
    overview(inspection),
    heading('Operators', colors),
    operatorTable(inspection),
    heading('Constants', colors),
    typeTable(inspection),
    heading(
      `Can be quantized: ${quantizable.length} weights, ${formatBytes(quantizableBytes)}, ${part}`,
      colors,
    ),
    weightTable(inspection),
    heading(`Stays as it is: ${left}`, colors),
    skippedTable(inspection),
  ].join('');
}

function overview(inspection: InspectedFile): string {
  const { name, ir, opsets, producer, inputs, outputs, totalBytes } = inspection;
  const { externalFiles = [], alreadyQuantized } = inspection;
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  const lines: readonly (readonly [string, string])[] = [
    ['file', `${name}, ${formatBytes(totalBytes)}`],
    ['made by', `${producer.name} ${producer.version}`.trim() || 'unknown'],
    ['versions', [`IR ${ir}`, ...versions].join(', ')],
    ['inputs', inputs.map(wordedValue).join('; ')],
    ['outputs', outputs.map(wordedValue).join('; ')],
    ...externalFiles.map(({ path, tensors, bytes }): readonly [string, string] => {
      const size = bytes === null ? 'which is missing' : formatBytes(bytes);
      return ['data', `${path}, ${size}: ${tensors} ${tensors === 1 ? 'tensor' : 'tensors'}`];
    }),
    ...(alreadyQuantized === undefined ? [] : [['quantized', alreadyQuantized] as const]),
  ];
  return labelled(lines);
}

/** How often each operator is there. */
export function operatorTable({ operators }: Pick<InspectedModel, 'operators'>): string {
  return textTable(
    [{ label: 'operator' }, { label: 'count', align: 'right' }],
    operators.map(({ op, domain, count }) => [
      ownDomains.includes(domain) ? op : `${domain}.${op}`,
      String(count),
    ]),
  );
}

/** Tensors and bytes by type. */
export function typeTable({ parameters }: Pick<InspectedModel, 'parameters'>): string {
  return textTable(
    [
      { label: 'type' },
      { label: 'tensors', align: 'right' },
      { label: 'values', align: 'right' },
      { label: 'size', align: 'right' },
    ],
    parameters.types.map(({ type, tensors, count, bytes }) => [
      type,
      formatCount(tensors),
      formatCount(count),
      formatBytes(bytes),
    ]),
  );
}

/** The weights that can be quantized. */
export function weightTable({ quantizable }: Pick<PossibleWeights, 'quantizable'>): string {
  if (quantizable.length === 0) return 'nothing\n';
  return textTable(
    [{ label: 'weight' }, { label: 'operator' }, { label: 'shape' }, { label: 'size', align: 'right' }],
    quantizable.map(({ id, op, shape, bytes }) => [id, op, shape.join(' × '), formatBytes(bytes)]),
  );
}

/** One row a reason, with the operators that it holds for. */
export function skippedTable({ skipped }: Pick<PossibleWeights, 'skipped'>): string {
  if (skipped.length === 0) return 'nothing\n';
  const rows = groups(skipped, ({ reason }) => reason).map(([reason, entries]) => [
    String(sum(entries, ({ count }) => count)),
    reason,
    entries.map(({ op, count }) => `${count} ${op}`).join(', '),
  ]);
  return textTable(
    [
      { label: 'count', align: 'right' },
      { label: 'reason', width: reasonWidth },
      { label: 'operators', width: reasonWidth },
    ],
    rows,
  );
}
