import type { LayerDescriptor, SkipNote, WeightDescriptor } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { groupBy } from './group-by.js';

/** What of a model can be quantized, and what stays as it is. */
export interface Quantizable {
  readonly quantizable: readonly {
    readonly id: string;
    readonly layer: string;
    readonly op: string;
    readonly shape: readonly number[];
    readonly type: string;
    /** As the file holds it. */
    readonly bytes: number;
  }[];
  readonly quantizableBytes: number;
  readonly skipped: readonly {
    readonly op: string;
    readonly reason: string;
    readonly count: number;
    readonly subjects: readonly string[];
  }[];
}

/** Draws together what the layers of a port tell. A weight that several layers have is told once. */
export function quantizableIn(layers: readonly LayerDescriptor[]): Quantizable {
  const isLayer = (layer: unknown) => Array.isArray((Object(layer) as Partial<LayerDescriptor>).weights);
  checkArgument(Array.isArray(layers) && layers.every(isLayer), layers, {
    where: 'quantizableIn',
    expected: 'the layers that a port tells',
    remedy: 'Write quantizableIn(await port.layers()).',
  });
  const all = layers.flatMap(({ id: layer, op, weights }) =>
    weights
      .filter(({ quantizedBefore }) => quantizedBefore === undefined)
      .map(({ id, shape, storedBytes: bytes }) => ({ id, layer, op, shape, type: 'float32', bytes })),
  );
  const quantizable = [...new Map(all.map((weight) => [weight.id, weight])).values()];
  return {
    quantizable,
    quantizableBytes: quantizable.reduce((sum, { bytes }) => sum + bytes, 0),
    skipped: skippedIn(layers),
  };
}

function skippedIn(layers: readonly LayerDescriptor[]): Quantizable['skipped'] {
  const notes = layers.flatMap(({ op, weights, skipped = [] }) =>
    [...weights.flatMap(quantizedNote), ...skipped].map((note) => ({ op, ...note })),
  );
  return [...groupBy(notes, ({ reason }) => reason)].flatMap(([reason, group]) =>
    [...groupBy(group, ({ op }) => op)].map(([op, ofOp]) => {
      const subjects = ofOp.map(({ subject }) => subject);
      return { op, reason, count: subjects.length, subjects };
    }),
  );
}

function quantizedNote({ id, quantizedBefore: reason }: WeightDescriptor): SkipNote[] {
  return reason === undefined ? [] : [{ subject: id, reason }];
}
