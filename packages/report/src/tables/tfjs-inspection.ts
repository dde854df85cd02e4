import { sum } from 'd3-array';

import type { ModelValue } from '@lowbit/core/adapter';
import { wordedValue } from '../compare/worded-value.js';
import { formatBytes, formatRatio } from '../figures/numbers.js';
import {
  operatorTable,
  skippedTable,
  typeTable,
  weightTable,
  type InspectedModel,
  type PossibleWeights,
} from './inspection.js';
import { checkDocument } from './check-document.js';
import { heading, indented, labelled, plain, type Colors } from './lines.js';

/** What lowbit did to a model before. */
export interface Provenance {
  /** Weights that are packed codes. */
  readonly packed: number;
  /** Bits a packed weight, scales and codebooks counted; `null` when none is packed. */
  readonly bitsPerWeight: number | null;
  /** What the stored plans of all runs say; `null` when there is none, or one that cannot be read. */
  readonly plan: PlanSummary | null;
}

/** A plan, drawn together. */
export interface PlanSummary {
  readonly weights: readonly {
    readonly quantizer: string;
    readonly bits: number;
    readonly granularity: string;
    readonly count: number;
  }[];
  /** Places where activations are quantized. */
  readonly activations: number;
}

/** What of a model can be quantized, and what it takes and gives where its topology tells. */
export interface PossibleInModel extends PossibleWeights {
  readonly inputs?: readonly ModelValue[];
  readonly outputs?: readonly ModelValue[];
}

/** A TensorFlow.js model as its files tell of it; `unknown` says why it is not known what can be quantized. */
export type InspectedTfjs = InspectedModel & {
  readonly kind: 'layers-model' | 'graph-model';
  readonly generatedBy: string | null;
  /** Absent for a model that lowbit has not touched. */
  readonly lowbit?: Provenance;
} & (PossibleInModel | { readonly unknown: string });

const kinds = { 'layers-model': 'layers model', 'graph-model': 'graph model' } as const;

/** What is in a TensorFlow.js model, as tables for people. */
export function tfjsInspectionText(inspection: InspectedTfjs, colors: Colors = plain): string {
  checkDocument(inspection, ['operators'], colors, [
    'tfjsInspectionText',
    'what lowbit inspect --json prints of a model.json',
  ]);
  const { kind } = inspection;
  return [
    overview(inspection),
    heading(kind === 'graph-model' ? 'Operations' : 'Layers', colors),
    operatorTable(inspection),
    heading('Weights', colors),
    typeTable(inspection),
    ...('unknown' in inspection
      ? [heading('What can be quantized is not known', colors), indented([inspection.unknown])]
      : possibleParts(inspection, colors)),
  ].join('');
}

function possibleParts(inspection: InspectedTfjs & PossibleInModel, colors: Colors): readonly string[] {
  const { quantizable, quantizableBytes, skipped, parameters } = inspection;
  const part = formatRatio(quantizableBytes, 4 * parameters.count);
  const size = `${formatBytes(quantizableBytes)} as floats, ${part} of all`;
  return [
    heading(`Can be quantized: ${quantizable.length} weights, ${size}`, colors),
    weightTable(inspection),
    heading(`Stays as it is: ${sum(skipped, ({ count }) => count)}`, colors),
    skippedTable(inspection),
  ];
}

function overview(inspection: InspectedTfjs): string {
  const { name, totalBytes, kind, generatedBy, lowbit } = inspection;
  const { inputs, outputs } = 'unknown' in inspection ? {} : inspection;
  const lines: readonly (readonly [string, string])[] = [
    ['file', `${name}, with its weight files ${formatBytes(totalBytes)}`],
    ['kind', `TensorFlow.js ${kinds[kind]}`],
    ['made by', generatedBy ?? 'unknown'],
    ...(inputs === undefined ? [] : [['inputs', inputs.map(wordedValue).join('; ')] as const]),
    ...(outputs === undefined ? [] : [['outputs', outputs.map(wordedValue).join('; ')] as const]),
    ...(lowbit === undefined ? [] : provenanceLines(lowbit)),
  ];
  return labelled(lines);
}

function provenanceLines({
  packed,
  bitsPerWeight,
  plan,
}: Provenance): readonly (readonly [string, string])[] {
  const stored =
    bitsPerWeight === null
      ? 'by lowbit, and saved without packing'
      : `by lowbit: ${packed} weights packed, ${bitsPerWeight.toFixed(2)} bits each with their scales`;
  const methods = plan?.weights.map(
    ({ quantizer, bits, granularity, count }) => `${count} × ${quantizer} ${bits}-bit per ${granularity}`,
  );
  const activations = plan !== null && plan.activations > 0 ? [`${plan.activations} activations`] : [];
  const words = methods === undefined ? 'none that can be read' : [...methods, ...activations].join(', ');
  return [
    ['quantized', stored],
    ['plan', words],
  ];
}
