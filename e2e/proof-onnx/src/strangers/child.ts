// Tries the models that its standard input lists as JSON, with the recipes that it names, and writes the outcomes of each as a line of JSON. A process of its own,
// since the memory that onnxruntime-web has taken is never given back.
import { text } from 'node:stream/consumers';
import type { StrangersModel } from './find-models.js';
import { halfRecipe, recipes } from './recipes.js';
import { tryModel } from './try-model.js';

/** What a process tries: models, with the recipes that are named. */
export interface ChildTask {
  readonly models: readonly StrangersModel[];
  readonly recipes: readonly string[];
}

const task = JSON.parse(await text(process.stdin)) as ChildTask;
const wanted = [...recipes, halfRecipe].filter(({ name }) => task.recipes.includes(name));
for (const model of task.models) process.stdout.write(`${JSON.stringify(await tryModel(model, wanted))}\n`);
