import type { QuantizationPlan, Quantizer, Registry } from '@lowbit/core';
import { chooseQuantizer } from '@lowbit/core/adapter';
import type { RuntimeTarget } from '@lowbit/onnx';

import { integerActivationBits, integerForm } from './integer-form.js';
import type { ActivationOptions } from './activation-options.js';
import { imageOptionNames } from './calibration-options.js';
import { isFolder } from './statistics-place.js';
import { checkMethodBits } from './check-method.js';
import { optionName } from './option-name.js';
import { UsageError, usageError } from './usage-error.js';

/** Options that only data have a use for. */
const forData = ['saveCalibration', 'labels', 'limit', 'capture', ...imageOptionNames] as const;
/** Options that only quantized activations have a use for. */
const forActivations = ['activationBits', 'integers', 'calibration', 'saveCalibration'] as const;

interface CheckedOptions extends ActivationOptions {
  readonly target?: RuntimeTarget;
  /** A width, or a policy, which may measure features of labelled data. */
  readonly bits: number | string;
  /** What names stand for. */
  readonly methods: Registry;
}

/**
 * Checks that the options about activations and data fit together, and to the plan, which decides in their place.
 *
 * @throws UsageError naming the option.
 */
export function checkActivations(options: CheckedOptions, plan: QuantizationPlan | undefined): void {
  const methods = methodsOf(options, plan);
  if (methods === undefined) {
    const lonely = forActivations.filter((name) => !isOfInputs(options, name));
    refuseLonely(options, lonely, plan === undefined ? '--activations' : 'a plan with activations');
    checkDataOptions(options);
    return;
  }
  const { activations, activationBits = integerActivationBits } = options;
  if (activations !== undefined)
    checkMethodBits(activations, activationBits, '--activation-bits', options.methods, 'activation');
  checkForm(options, plan);
  checkData(options, methods);
}

function checkForm(options: CheckedOptions, plan: QuantizationPlan | undefined): void {
  const { activationBits = integerActivationBits, integers, target } = options;
  const planned = plan?.form?.['integers'];
  if (integers !== undefined && planned !== undefined && integers !== planned)
    throw ofOtherForm(integers, planned);
  if (integerForm(options, plan) === undefined) return;
  if (target?.provider === 'webgpu') throw onWebgpu(target);
  if (activationBits !== integerActivationBits) throw ofOtherWidth(activationBits);
}

/** The methods that are asked for; `undefined` when activations stay floats. */
function methodsOf(
  { activations, methods }: CheckedOptions,
  plan: QuantizationPlan | undefined,
): readonly Quantizer[] | undefined {
  if (activations !== undefined) return [chooseQuantizer(activations, methods).quantizer];
  return plan?.activations?.flatMap(({ quantizer }) => methods.find('quantizer', quantizer.name) ?? []);
}

function checkData(options: ActivationOptions, methods: readonly Quantizer[]): void {
  const { calibrate, calibration } = options;
  const hasData = calibrate !== undefined || calibration !== undefined;
  const taking = methods.filter(({ dynamic }) => !dynamic);
  if (taking.length === 0) {
    const remedy = 'Leave it out: ranges are measured on every run.';
    if (!isOfInputs(options, 'calibration'))
      refuseLonely(options, ['calibration'], 'a method that needs statistics', remedy);
  }
  // A method for a known distribution may find it in the model.
  const needing = taking.find(({ expects }) => expects === undefined);
  if (needing !== undefined && !hasData) throw withoutData(needing);
  checkDataOptions(options);
}

/** Whether an option names a folder with statistics of the inputs of weights, for which activations may stay floats. */
function isOfInputs(options: ActivationOptions, name: (typeof forActivations)[number]): boolean {
  const path = options[name];
  return (name === 'calibration' || name === 'saveCalibration') && typeof path === 'string' && isFolder(path);
}

/** Stored statistics are of the model as it was, which is one way to capture them. */
function checkDataOptions(options: ActivationOptions): void {
  const { calibrate, capture } = options;
  if (calibrate !== undefined) return;
  const isStored = capture === 'once' && isOfInputs(options, 'calibration');
  refuseLonely(options, isStored ? forData.filter((name) => name !== 'capture') : forData, '--calibrate');
}

/** Refuses an option that has nothing to work on. */
function refuseLonely(
  options: ActivationOptions,
  names: readonly (keyof ActivationOptions)[],
  beside: string,
  remedy = `Give ${beside} too, or leave it out.`,
): void {
  const lonely = names.find((name) => options[name] !== undefined);
  if (lonely === undefined) return;
  throw usageError({ where: optionName(lonely), expected: `${beside} beside it`, received: 'none', remedy });
}

function withoutData({ name }: Quantizer): Error {
  return usageError({
    where: '--activations',
    expected: `sample inputs for ${name}, which sets ranges from what activations reach`,
    received: 'none',
    remedy:
      'Give pictures or arrays with --calibrate PATH, or stored statistics with --calibration FILE; ' +
      '--activations dynamic needs none.',
  });
}

function onWebgpu({ runtime, version, provider }: RuntimeTarget): Error {
  return usageError({
    where: '--target',
    expected: `${runtime}@${version}/wasm for layers that compute in integers, for which WebGPU has no kernels`,
    received: `${runtime}@${version}/${provider}`,
    remedy: 'Choose the WebAssembly provider, or leave --integers out: layers then compute in floats.',
  });
}

function ofOtherForm(received: string, planned: string): Error {
  const remedy = 'Leave it out, since the plan brings it along, or make a new plan.';
  const expected = `${planned}, which the plan was made with`;
  return new UsageError({ code: 'plan-mismatch', where: '--integers', expected, received, remedy });
}

function ofOtherWidth(bits: number): Error {
  return new UsageError({
    code: 'unsupported-bits',
    where: '--activation-bits',
    expected: `${integerActivationBits}, which integer operators take`,
    received: String(bits),
    remedy: 'Leave --integers out, or give --integers none: layers then compute in floats.',
  });
}
