import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import { checkClaims, fullClaims, shortClaims, type Accuracies, type CheckedClaim } from './claims.js';
import { loadFashionMnist } from './data/fashion-mnist.js';
import { runs, type Run } from './methods/runs.js';
import { runFloat, type FloatResult } from './run/run-float.js';
import { runQuantized, type QuantizedResult } from './run/run-quantized.js';
import { full, short, type RunName, type Settings } from './settings.js';

/** Everything that was measured; plain JSON. */
export interface Proof {
  readonly settings: Settings;
  readonly node: string;
  readonly tfjs: string;
  readonly backend: string;
  readonly float: FloatResult;
  readonly quantized: readonly QuantizedResult[];
  readonly claims: readonly CheckedClaim[];
  readonly missed: readonly CheckedClaim[];
}

export interface ProofOptions {
  /** Few pictures and the orders alone. */
  readonly isShort: boolean;
  /** Only these runs; the float network is always there. Default: all that the claims are about. */
  readonly only?: readonly RunName[];
  /** Takes up states and results of earlier runs. */
  readonly resumes: boolean;
  readonly folder: string;
  readonly show: (line: string) => void;
}

/** Trains what is asked for, one network after the other, and checks the claims. */
export async function prove({ isShort, only, resumes, folder, show }: ProofOptions): Promise<Proof> {
  const [settings, claims] = isShort ? [short, shortClaims] : [full, fullClaims];
  await tf.setBackend('wasm');
  registerWasmTraining();
  const context = { settings, data: loadFashionMnist(settings.pictures), folder, resumes, show };
  const float = await runFloat(context);
  const wanted = only ?? claims.flatMap((claim) => claim.runs);
  const quantized: QuantizedResult[] = [];
  for (const run of runs.filter(({ name }: Run) => wanted.includes(name)))
    quantized.push(await runQuantized(run, float, context));
  const checked = checkClaims(claims, accuraciesOf(float.result, quantized));
  return {
    settings,
    node: process.version,
    tfjs: tf.version_core,
    backend: tf.getBackend(),
    float: float.result,
    quantized,
    claims: checked,
    missed: checked.filter(({ kept }) => !kept),
  };
}

function accuraciesOf(float: FloatResult, quantized: readonly QuantizedResult[]): Accuracies {
  return Object.fromEntries([
    ['float', float.accuracy],
    ...quantized.map(({ name, accuracy }) => [name, accuracy]),
    ...quantized.flatMap(({ name, untrained }) =>
      untrained === undefined ? [] : [[`${name} untrained`, untrained]],
    ),
  ]);
}
