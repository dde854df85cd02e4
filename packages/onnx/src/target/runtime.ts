import { LowbitError } from '@lowbit/core';
import { type OptionType, suggestName } from '@lowbit/core/adapter';
import type { Runtime, RuntimeTarget, Target } from './target.js';

/** Versions that were measured. */
const [oldest, newest] = [20, 30];

/** Before this one every WebGPU bundle held another provider, which computes some forms wrongly. */
const firstWebgpu = 24;

/** The highest versions that a runtime loads, newest first. */
const ceilings = [
  { minor: 26, opset: 26, ir: 13 },
  { minor: 24, opset: 25, ir: 13 },
  { minor: 22, opset: 22, ir: 10 },
  { minor: 20, opset: 21, ir: 10 },
] as const;

/** Where no runtime is said, it is one of this version or a later one. */
const leastMinor = 24;

/** The standard operators of a model that imports others alone: all that its runtime knows. */
export const impliedOpset = (runtime?: Runtime): number => newestFor(runtime?.minor ?? leastMinor).opset;

const newestFor = (version: number) => ceilings.find(({ minor }) => version >= minor) ?? ceilings[3];

export const targetType: OptionType = {
  expected: 'an object { runtime, version, provider }',
  fits: (value) => typeof value === 'object' && value !== null,
  remedy: "Of a text it is parseTarget('ort-web@1.30/webgpu').",
};

/**
 * A target from its short form: `ort-web@1.30/webgpu`, `ort-web@1.24.3/wasm`.
 *
 * @throws LowbitError `unsupported-option` for another form, runtime, version or provider.
 */
export function parseTarget(text: string): RuntimeTarget {
  const match = /^([^@/]+)@([^/]+)\/([^/]+)$/.exec(text);
  const [, runtime = '', version = '', provider = ''] = match ?? [];
  const target = { runtime, version, provider } as RuntimeTarget;
  if (match === null) throw refused('ort-web@VERSION/wasm or ort-web@VERSION/webgpu', `'${text}'`);
  runtimeOf(target);
  return target;
}

/**
 * The runtime of a target.
 *
 * @throws LowbitError `unsupported-option` for a runtime, version or provider that was not measured.
 */
export function runtimeOf({ runtime, version, provider }: RuntimeTarget): Runtime {
  if (runtime !== 'ort-web') throw refused('the runtime ort-web', String(runtime), ['ort-web']);
  if (provider !== 'wasm' && provider !== 'webgpu')
    throw refused('the provider wasm or webgpu', String(provider), ['wasm', 'webgpu']);
  const minor = Number(/^1\.(\d{1,3})(\.\d+)?(-[\w.-]+)?$/.exec(version)?.[1] ?? NaN);
  if (!(minor >= oldest && minor <= newest))
    throw refused(`a version of onnxruntime-web from 1.${oldest} to 1.${newest}`, String(version));
  if (provider === 'webgpu' && minor < firstWebgpu)
    throw refused(`onnxruntime-web 1.${firstWebgpu} or newer for the WebGPU provider`, version);
  return { minor, provider };
}

/**
 * Checks that a runtime loads files of these versions.
 *
 * @throws LowbitError `model-opset`, `model-version`.
 */
export function checkVersions({ opset, ir, runtime }: Target, where: string): void {
  if (runtime === undefined) return;
  const most = newestFor(runtime.minor);
  const remedy = 'Choose a newer runtime as the target, or export the model with older versions.';
  if (opset > most.opset) {
    const expected = `at most operator set ${most.opset}, the newest that onnxruntime-web 1.${runtime.minor} loads`;
    throw new LowbitError({ code: 'model-opset', where, expected, received: `${opset}`, remedy });
  }
  if (ir > most.ir) {
    const expected = `at most IR version ${most.ir}, the newest that onnxruntime-web 1.${runtime.minor} loads`;
    throw new LowbitError({ code: 'model-version', where, expected, received: `${ir}`, remedy });
  }
}

function refused(expected: string, received: string, known: readonly string[] = []): LowbitError {
  const meant = suggestName(received, known);
  return new LowbitError({ code: 'unsupported-option', where: 'target', expected, received, ...meant });
}
