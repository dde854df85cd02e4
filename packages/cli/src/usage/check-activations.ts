import { chooseQuantizer, type QuantizationPlan, type Quantizer } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import type { RuntimeTarget } from '@lowbit/onnx';

import { integerActivationBits, integerForm } from './integer-form.js';
import type { ActivationOptions } from './activation-options.js';
import { imageOptionNames } from './calibration-options.js';
import { checkMethodBits } from './check-method.js';
import { optionName } from './option-name.js';
import { UsageError, usageError } from './usage-error.js';

/** Options that only data have a use for. */
const forData = ['saveCalibration', 'labels', 'limit', ...imageOptionNames] as const;
/** Options that only quantized activations have a use for. */
const forActivations = ['activationBits', 'integers', 'calibrate', 'calibration', ...forData] as const;

interface CheckedOptions extends ActivationOptions {
  readonly target?: RuntimeTarget;
}

/**
 * Checks that the options about activations fit together, and to the plan, which decides in their place.
 *
 * @throws UsageError naming the option.
 */
export function checkActivations(options: CheckedOptions, plan: QuantizationPlan | undefined): void {
  const methods = methodsOf(options, plan);
  if (methods === undefined) {
    refuseLonely(options, forActivations, plan === undefined ? '--activations' : 'a plan with activations');
    return;
  }
  const { activations, activationBits = integerActivationBits } = options;
  if (activations !== undefined)
    checkMethodBits(activations, activationBits, '--activation-bits', 'activation');
  checkForm(options, plan);
  checkData(options, methods);
}

function checkForm(options: CheckedOptions, plan: QuantizationPlan | undefined): void {
  const { activationBits = integerActivationBits, target } = options;
  if (integerForm(options, plan) === undefined) return;
  if (target?.provider === 'webgpu') throw onWebgpu(target);
  if (activationBits !== integerActivationBits) throw ofOtherWidth(activationBits);
}

/** The methods that are asked for; `undefined` when activations stay floats. */
function methodsOf(
  { activations }: ActivationOptions,
  plan: QuantizationPlan | undefined,
): readonly Quantizer[] | undefined {
  if (activations !== undefined) return [chooseQuantizer(activations, registry).quantizer];
  return plan?.activations?.flatMap(({ quantizer }) => registry.find('quantizer', quantizer.name) ?? []);
}

function checkData(options: ActivationOptions, methods: readonly Quantizer[]): void {
  const { calibrate, calibration } = options;
  const hasData = calibrate !== undefined || calibration !== undefined;
  const taking = methods.filter(({ dynamic }) => dynamic !== true);
  if (taking.length === 0) {
    const remedy = 'Leave it out: ranges are measured on every run.';
    refuseLonely(options, ['calibrate', 'calibration'], 'a method that needs statistics', remedy);
  }
  // A method for a known distribution may find it in the model.
  const needing = taking.find(({ expects }) => expects === undefined);
  if (needing !== undefined && !hasData) throw withoutData(needing);
  if (calibrate === undefined) refuseLonely(options, forData, '--calibrate');
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
    remedy: 'Choose the WebAssembly provider, --integers none, or leave activations as they are.',
  });
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
