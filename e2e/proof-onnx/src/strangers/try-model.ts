import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isLowbitError, quantize } from '@lowbit/core';
import { inspectModel, onnx, readModel } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web/wasm';
import { operatorsWithWeights } from './constant-weights.js';
import type { StrangersModel } from './find-models.js';
import type { StrangersRecipe } from './recipes.js';
import { batchOf, runFeeds, runTest, type TestRun } from './run-test.js';

/** What became of one model with one recipe; plain JSON. */
export interface Outcome {
  readonly model: string;
  readonly recipe: string;
  readonly verdict: 'quantized' | 'nothing to quantize' | 'failed' | 'not tried';
  /** Why it failed or was not tried. */
  readonly why?: string;
}

type Verdict = Pick<Outcome, 'verdict' | 'why'>;

/** Tries recipes on one model; nothing for a model that onnxruntime-web does not load or run itself. */
export async function tryModel(
  model: StrangersModel,
  recipes: readonly StrangersRecipe[],
): Promise<readonly Outcome[]> {
  const bytes = readFileSync(model.file);
  const original = await runTest(bytes, model).catch(() => undefined);
  if (original === undefined) return [];
  const outcomes: Outcome[] = [];
  for (const recipe of recipes) {
    const outcome = await tryRecipe(model, bytes, original, recipe).catch((cause) => failed(cause, bytes));
    outcomes.push({ model: model.name, recipe: recipe.name, ...outcome });
  }
  return outcomes;
}

async function tryRecipe(
  { file }: StrangersModel,
  bytes: Uint8Array,
  { feeds, shapes }: TestRun,
  { options, recipe }: StrangersRecipe,
): Promise<Verdict> {
  const batch = batchOf(feeds);
  if (batch === undefined) return { verdict: 'not tried', why: 'text among the inputs' };
  const externalData = async (path: string) => readFileSync(join(dirname(file), path));
  const { model, report } = await quantize(onnx(bytes, { ...options, ort, externalData }), recipe(batch));
  const given = await runFeeds(model.bytes, feeds);
  if (JSON.stringify(given) !== JSON.stringify(shapes))
    return { verdict: 'failed', why: `gives ${JSON.stringify(given)} for ${JSON.stringify(shapes)}` };
  return silentOf(bytes, [...report.weights, ...report.skipped]) ?? { verdict: 'quantized' };
}

function failed(cause: unknown, bytes: Uint8Array): Verdict {
  if (isLowbitError(cause) && cause.code === 'nothing-to-quantize')
    return silentOf(bytes, inspectModel(readModel(bytes)).skipped) ?? { verdict: 'nothing to quantize' };
  return { verdict: 'failed', why: cause instanceof Error ? cause.message.slice(0, 300) : String(cause) };
}

/** A failure where a known operator has a constant weight and nothing is told of one. */
function silentOf(bytes: Uint8Array, told: readonly { readonly op: string }[]): Verdict | undefined {
  const silent = [...operatorsWithWeights(bytes)].find((name) => !told.some(({ op }) => op === name));
  return silent === undefined
    ? undefined
    : { verdict: 'failed', why: `nothing is said of the weights of ${silent}` };
}
