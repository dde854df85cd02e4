import type { SliceParameters } from '@lowbit/core/method';
import { show } from '../show.js';

/** The ways in which fitted parameters can be unusable; each is a law. */
export type DefectKind = 'form' | 'levels' | 'number' | 'order' | 'thresholds';

export interface Defect {
  readonly kind: DefectKind;
  readonly message: string;
}

/** What is wrong with the parameters of one slice that is to be stored in `bits` bits. */
export function defectsOf(parameters: SliceParameters, bits: number): readonly Defect[] {
  switch (parameters?.kind) {
    case 'affine': {
      const { scale, offset = 0, levels } = parameters;
      return [...levelDefects(levels, bits), ...numberDefects([scale, offset]), ...signDefects(scale)];
    }
    case 'codebook': {
      const { values, thresholds, scale = 1 } = parameters;
      return [
        ...levelDefects(values.length, bits),
        ...numberDefects(values),
        ...numberDefects([scale]),
        ...signDefects(scale),
        ...orderDefects(values, 'values'),
        ...(thresholds === undefined ? [] : thresholdDefects(thresholds, values.length)),
      ];
    }
    case 'residual':
      return [
        ...levelDefects(2 ** parameters.scales.length, bits),
        ...numberDefects(parameters.scales),
        ...[...parameters.scales].flatMap(signDefects),
      ];
    default:
      return [{ kind: 'form', message: `the kind is ${show((parameters as { kind?: unknown })?.kind)}` }];
  }
}

function levelDefects(levels: number, bits: number): Defect[] {
  if (Number.isInteger(levels) && levels >= 1 && levels <= 2 ** bits) return [];
  return [{ kind: 'levels', message: `${levels} levels do not fit ${bits} bits (1 … ${2 ** bits})` }];
}

function numberDefects(numbers: ArrayLike<number>): Defect[] {
  const list = Array.from(numbers);
  const index = list.findIndex((number) => !Number.isFinite(number) || Math.fround(number) !== number);
  if (index < 0) return [];
  return [
    { kind: 'number', message: `parameter ${index} is ${list[index]}, which no finite float32 equals` },
  ];
}

function signDefects(scale: number): Defect[] {
  return scale < 0 ? [{ kind: 'number', message: `the scale ${scale} is negative` }] : [];
}

function orderDefects(numbers: Float32Array, name: string): Defect[] {
  const index = numbers.findIndex((number, i) => i > 0 && number < (numbers[i - 1] as number));
  if (index < 0) return [];
  return [
    {
      kind: 'order',
      message: `${name}[${index}] = ${numbers[index]} is below ${numbers[index - 1]} before it`,
    },
  ];
}

function thresholdDefects(thresholds: Float32Array, values: number): Defect[] {
  const count: Defect[] =
    thresholds.length === values - 1
      ? []
      : [{ kind: 'thresholds', message: `${thresholds.length} thresholds part ${values} values` }];
  return [...count, ...numberDefects(thresholds), ...orderDefects(thresholds, 'thresholds')];
}
