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
  // What has no numbers has no others that are wrong.
  const form = formDefects(parameters);
  if (form.length > 0) return form;
  switch (parameters.kind) {
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
  }
}

/** What each kind holds: a number, a list of them in float32, or either of these or nothing. */
const members = {
  affine: { scale: 'number', offset: 'number?' },
  codebook: { values: 'list', thresholds: 'list?', scale: 'number?' },
  residual: { scales: 'list' },
} as const;

function formDefects(parameters: SliceParameters): Defect[] {
  const { kind } = Object(parameters) as Partial<SliceParameters>;
  if (kind === undefined || !Object.hasOwn(members, kind))
    return [{ kind: 'form', message: `the kind is ${show(kind)}` }];
  const held = new Map<string, unknown>(Object.entries(parameters));
  return Object.entries(members[kind]).flatMap(([member, wanted]) => {
    const value = held.get(member);
    if (value === undefined && wanted.endsWith('?')) return [];
    const isList = wanted.startsWith('list');
    if (isList ? value instanceof Float32Array : typeof value === 'number') return [];
    const others = Array.isArray(value) ? 'an ordinary list' : show(value);
    const need = isList ? `a Float32Array is wanted: Float32Array.from(${member})` : 'a number is wanted';
    return [{ kind: 'form', message: `${member} is ${others}, where ${need}` }];
  });
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
