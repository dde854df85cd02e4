import { LowbitError, type Batch } from '@lowbit/core';
import {
  labelsOf,
  labelUse,
  type LabelValues,
  type ModelValue,
  type OutputValues,
  strangeLabel,
} from '@lowbit/core/adapter';
import { checkedUse } from './checked-use.js';

/** The labels of one batch for each output, in their order; `undefined` for an output that they are not for. */
export type PlacedLabels = readonly (LabelValues | undefined)[];

/** Finds the outputs that labels are for, batch by batch. */
export interface LabelPlacer {
  /** @throws LowbitError `calibration-invalid` for labels that fit no output, or that only some batches have. */
  place(batch: Batch, values: readonly OutputValues[]): PlacedLabels;
}

/**
 * Labels without names are for the one output of which they are classes; where there is none, for the one of which they are values.
 *
 * @param wanted Where the labels are from, when a batch must have some.
 */
export function labelPlacer(outputs: readonly ModelValue[], wanted: string | undefined): LabelPlacer {
  let number = 0;
  let isLabelled: boolean | undefined;
  return {
    place(batch, values) {
      number++;
      const where = `batch ${number}`;
      const names = outputs.map(({ name }) => name);
      const takers = (own: LabelValues) => takersOf(outputs, values, own);
      const labels = labelsOf(batch, { code: 'calibration-invalid', where, outputs: names, takers });
      isLabelled ??= labels !== undefined;
      if (isLabelled !== (labels !== undefined)) throw someHaveNone(where, isLabelled);
      if (labels === undefined) return outputs.map(() => undefined);
      const given = labels instanceof Map ? (labels as ReadonlyMap<string, LabelValues>) : undefined;
      const [taker] = given === undefined ? takers(labels as LabelValues) : [];
      const own = names.map((name) =>
        given === undefined && [name, undefined].includes(taker) ? (labels as LabelValues) : given?.get(name),
      );
      const uses = outputs.map((output, i) => own[i] && checkedUse(output, values[i]!.shape, own[i])?.by);
      const unfit = given && names.find((name, i) => given.has(name) && uses[i] === undefined);
      if (unfit !== undefined || !uses.some((use) => use !== undefined))
        throw fitsNone(unfit, wanted ?? `${where}: labels`, outputs, values, own);
      return own.map((one, i) => (uses[i] === undefined ? undefined : one));
    },
  };
}

/** The outputs of which labels are classes; where there is none, those of which they are values. */
function takersOf(
  outputs: readonly ModelValue[],
  values: readonly OutputValues[],
  labels: LabelValues,
): readonly string[] {
  const uses = outputs.map(({ type, shape: declared }, i) =>
    labelUse({ type, declared, shape: values[i]!.shape }, labels),
  );
  const named = (isTaker: (use: (typeof uses)[number]) => boolean) =>
    outputs.flatMap(({ name }, i) => (isTaker(uses[i]) ? [name] : []));
  const ofClasses = named(
    (use) => use?.by === 'classes' && strangeLabel(use.labels, use.size.classes) === undefined,
  );
  return ofClasses.length > 0 ? ofClasses : named((use) => use !== undefined && use.by !== 'classes');
}

function fitsNone(
  unfit: string | undefined,
  where: string,
  outputs: readonly ModelValue[],
  values: readonly OutputValues[],
  labels: PlacedLabels,
): LowbitError {
  const at = outputs.findIndex(({ name }) => name === unfit);
  const shown = at < 0 ? outputs.map((_, i) => i) : [at];
  const shapes = shown.map((i) => `${outputs[i]!.name} of the shape ${worded(values[i]!.shape)}`).join(', ');
  const given = labels[Math.max(at, 0)]?.shape ?? [];
  return new LowbitError({
    code: 'calibration-invalid',
    where,
    expected: `labels of the shape of an output, or of its shape without the axis of classes: ${shapes}`,
    received: `labels of the shape ${worded(given)}`,
    remedy: 'Leave the labels away, or give { shape, data } that fits.',
  });
}

const worded = (shape: readonly number[]) => `[${shape.join(', ')}]`;

function someHaveNone(where: string, isLabelled: boolean): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: `${where}: labels`,
    expected: 'labels of all batches, or of none',
    received: isLabelled ? 'a batch without labels' : 'labels, and none in the batches before',
    remedy: 'Give every batch labels, or leave them out of all.',
  });
}
