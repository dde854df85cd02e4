import { LowbitError, type LayerDescriptor } from '@lowbit/core';
import type { PortForm, WantedForm, WeightSettings } from '@lowbit/core/adapter';
import type { PlainForm } from '@lowbit/tfjs-format';

/** In what form quantized weights are kept. */
export interface StorageForm {
  /**
   * `packed` (default): codes of 1 to 16 bits with their parameters, to be loaded with `load` or `loadGraph` of this package.
   * `plain`: only what unmodified TensorFlow.js loads. Each weight is planned on one even grid for the whole tensor, which `uint8`
   * or `uint16` hold exactly; methods without even grids, as codebooks, keep their granularity and are stored as `float16`, and the
   * report says so.
   */
  readonly format?: 'packed' | 'plain';
  /**
   * How `plain` holds quantized weights. Default: the smaller of `uint8` and `uint16` that holds the levels; `uint16` asks for the
   * wider one in any case, `uint8` refuses more than 8 bits. `float16` and `float32` hold every method's values, at any granularity.
   */
  readonly plain?: PlainForm;
}

const choices: Readonly<Record<keyof StorageForm, readonly string[]>> = {
  format: ['packed', 'plain'],
  plain: ['uint8', 'uint16', 'float16', 'float32'],
};

/**
 * The options as they are.
 *
 * @throws LowbitError `unsupported-option`; `invalid-argument` for a form of plain files where none is asked for.
 */
export function checkedForm({ format, plain }: StorageForm, where: string): StorageForm {
  const given = { format, plain };
  for (const [name, offered] of Object.entries(choices)) {
    const value = given[name as keyof StorageForm];
    if (value !== undefined && !offered.includes(value))
      throw new LowbitError({
        code: 'unsupported-option',
        where: `${where}: option '${name}'`,
        expected: offered.join(', '),
        received: String(value),
      });
  }
  const checked: StorageForm = withoutUndefined(given);
  checkPlain(checked, where);
  return checked;
}

/** @throws LowbitError `invalid-argument` for `plain` in a file of another format, where it would do nothing. */
export function checkPlain({ format, plain }: StorageForm, where: string): void {
  if (plain === undefined || format === 'plain') return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: `${where}: option 'plain'`,
    expected: "format: 'plain' beside it",
    received: format === undefined ? 'no format, which is packed' : `format: '${format}'`,
    remedy: "Give format: 'plain' too, or leave it out.",
  });
}

/** The form of a port, for plans. */
export function portFormOf({ format = 'packed', plain }: StorageForm): PortForm {
  return withoutUndefined({ format, plain }) as PortForm;
}

/**
 * The form of a stored plan as options.
 *
 * @param asked What the port was made with; where it says nothing, the plan decides.
 * @throws LowbitError `plan-mismatch`.
 */
export function storageFormOf(form: PortForm, asked: StorageForm): StorageForm {
  const { format, plain, ...others } = form;
  const isKnown =
    Object.keys(others).length === 0 &&
    choices.format.includes(format as string) &&
    (plain === undefined || choices.plain.includes(plain));
  const isAsked = asked.format === undefined || (asked.format === format && (asked.plain ?? plain) === plain);
  if (isKnown && isAsked) return withoutUndefined({ format, plain }) as StorageForm;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: 'plan: form',
    expected: isKnown
      ? `format ${[asked.format, asked.plain].filter((part) => part !== undefined).join(' ')}, as was asked for`
      : `format ${choices.format.join(' or ')}`,
    received: JSON.stringify(form),
    remedy: 'Leave the options of the format out, which a plan brings along, or make a new plan.',
  });
}

/** The layer, whose weights say which grid the form wants. */
export function wantingForm(layer: LayerDescriptor, { format, plain }: StorageForm): LayerDescriptor {
  if (format !== 'plain' || plain === 'float16' || plain === 'float32') return layer;
  const wants = (id: string, bits: number): WantedForm => {
    if (plain === 'uint8' && bits > 8) throw tooWide(id, bits);
    const form = plain === 'uint16' || bits > 8 ? 'uint16' : 'uint8';
    return { form, grid: 'even', granularity: 'tensor' };
  };
  const weights = layer.weights.map((weight) => ({
    ...weight,
    wants: ({ bits }: WeightSettings) => wants(weight.id, bits),
  }));
  return { ...layer, weights };
}

function tooWide(id: string, bits: number): LowbitError {
  return new LowbitError({
    code: 'unsupported-bits',
    where: `weight '${id}'`,
    expected: "at most 8 bits, as plain: 'uint8' holds",
    received: String(bits),
    remedy: "Leave the option plain out, which takes uint16 where it is needed, or ask for plain: 'uint16'.",
  });
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
