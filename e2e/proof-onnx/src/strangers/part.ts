import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gateAtMost, type Part, type Section, type Tell } from '@lowbit/e2e-real-models/proof';
import { findModels, type StrangersModel } from './find-models.js';
import { halfRecipe, recipes, type StrangersRecipe } from './recipes.js';
import type { ChildTask } from './child.js';
import type { Outcome } from './try-model.js';

/** Models that one process tries. */
const perProcess = 100;
const verdicts = ['quantized', 'nothing to quantize', 'not tried', 'failed'] as const;

/** Models that others made: each that onnxruntime-web runs is quantized and run again on the inputs of its own test. */
export const strangersPart = partOf(recipes);

/** The same models in float16. */
export const halfStrangersPart = partOf([halfRecipe]);

function partOf(recipes: readonly StrangersRecipe[]): Part {
  return { name: 'strangers', measure: (tell) => measure(recipes, tell) };
}

async function measure(recipes: readonly StrangersRecipe[], tell: Tell): Promise<Section> {
  const models = findModels();
  const outcomes = await tryAll(models, recipes, tell);
  const failures = outcomes.filter(({ verdict }) => verdict === 'failed');
  return {
    name: 'strangers',
    title: `${models.length} models that others made, ${outcomes.length / recipes.length} of which onnxruntime-web runs`,
    rows: [...recipes.map(({ name }) => countsOf(name, outcomes)), ...failures.map((one) => ({ ...one }))],
    gates: models.length === 0 ? [] : recipes.map(({ name }) => gateOf(name, failures)),
    skipped: models.length === 0 ? ["all of them: Debian's package libonnx-testdata is not installed"] : [],
  };
}

const gateOf = (name: string, failures: readonly Outcome[]) =>
  gateAtMost(`models that failed with ${name}`, failures.filter(({ recipe }) => recipe === name).length, 0);

function countsOf(name: string, outcomes: readonly Outcome[]) {
  const own = outcomes.filter(({ recipe }) => recipe === name);
  const counts = verdicts.map((verdict) => [verdict, own.filter((one) => one.verdict === verdict).length]);
  return { recipe: name, ...(Object.fromEntries(counts) as Record<string, number>) };
}

async function tryAll(
  models: readonly StrangersModel[],
  recipes: readonly StrangersRecipe[],
  tell: Tell,
): Promise<readonly Outcome[]> {
  const names = recipes.map(({ name }) => name);
  const outcomes: Outcome[] = [];
  for (let at = 0; at < models.length; at += perProcess) {
    const task: ChildTask = { models: models.slice(at, at + perProcess), recipes: names };
    for await (const line of linesOfChild(JSON.stringify(task))) {
      outcomes.push(...(JSON.parse(line) as Outcome[]));
      tell(`${outcomes.length / recipes.length} models tried, of at most ${models.length}`);
    }
  }
  return outcomes;
}

async function* linesOfChild(input: string): AsyncGenerator<string> {
  const path = fileURLToPath(new URL('child.js', import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((done) => child.on('exit', done));
  child.stdin.end(input);
  yield* createInterface({ input: child.stdout });
  const status = await ended;
  if (status !== 0) throw new Error(`the process that tried models ended with ${status}`);
}
