import {
  everywhere,
  isLowbitError,
  type LayerDescriptor,
  quantize,
  type Recipe,
  type Report,
} from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { onnx, type OnnxResult } from '@lowbit/onnx';
import type { Dtype } from './dtypes.js';
import { type DtypeRecipe, dtypeRecipe, table, type TableBits, withOwn } from './dtype-recipe.js';
import type { ModelFolder } from './folder.js';
import { fittingFilters } from './graph-filters.js';
import type { GraphSettings, OpenedGraph } from './open-graph.js';
import { areTablesHeard } from './table-noise.js';

/** A graph in one dtype. */
interface Made extends Pick<DtypeRecipe, 'form'> {
  readonly model: OnnxResult;
  readonly report: Report;
  readonly madeInputs?: readonly string[];
}

/** Multiplications that take some ten seconds. */
const most = 1e10;

/** What chooses codes by inputs that were made. */
const quickRounder = 'gptq';

/**
 * What a graph becomes in a dtype. Its tables stay float where outputs would show that they have 8 bits. Without data, codes of weights in
 * blocks are chosen by inputs that were made, where the graph runs on such.
 */
export async function makeGraph(
  graph: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  settings: GraphSettings,
): Promise<Made> {
  const { layers, recipe, made } = graph;
  if (isLowbitError(layers)) throw layers;
  const make = (tables: TableBits, own: Partial<Recipe>) =>
    makeWith(tables, { ...graph, recipe: { ...recipe, ...own } }, dtype, folder, settings);
  const nearest = made === undefined ? {} : ({ rounding: 'nearest' } as const);
  const first = await make(8, nearest);
  const isChosen = typeof recipe.bits === 'number';
  const areHeard = !isChosen && first.form === 'blocks' && areTablesHeard(first.report, layers, table);
  if (
    made !== undefined &&
    first.form === 'blocks' &&
    recipe.rounding !== 'nearest' &&
    isQuickToRound(layers)
  ) {
    try {
      const calibration = await made.statistics();
      const { rounding = quickRounder } = recipe;
      const own = { rounding, calibration, correctBiases: false };
      const rounded = await make(areHeard ? 'float' : 8, own);
      return { ...rounded, madeInputs: made.inputs };
    } catch (error) {
      // Inputs that the graph does not run on are no loss, unless a rounder was asked for.
      if (!isLowbitError(error) || error.code === 'aborted' || recipe.rounding !== undefined) throw error;
    }
  }
  return areHeard ? make('float', nearest) : first;
}

async function makeWith(
  tables: TableBits,
  graph: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  settings: GraphSettings,
): Promise<Made> {
  const { layers, operators, names, recipe: own } = graph;
  const { ort, signal, onProgress, fileLimit, filters = {} } = settings;
  const { keepFloat32: keep, isLeftOut, ...fitting } = fittingFilters(filters, names);
  const weighted = new Set(isLeftOut || isLowbitError(layers) ? [] : layers.map(({ op }) => op));
  const form = dtypeRecipe(dtype, { weighted, all: operators }, tables);
  const { data } = own;
  const isSeen = data !== undefined && ort !== undefined;
  const halves = { ...defined({ keep }), ...(isSeen ? { data } : {}) };
  const port = onnx(graph.bytes, {
    name: graph.path,
    externalData: folder.beside(graph.path),
    external: 'fit',
    ...form.options,
    ...(form.options.float16 === true ? { float16: halves } : {}),
    ...defined({ ort, externalLimit: fileLimit }),
  });
  const bits = isLeftOut ? { bits: everywhere('float') } : {};
  const recipe = withOwn(form, { ...fitting, ...own, ...bits });
  return { form: form.form, ...(await quantize(port, recipe, defined({ signal, onProgress }))) };
}

/**
 * Whether choosing codes by inputs takes little time: a weight of k inputs takes k² / 2 multiplications for each of its outputs, and k³ / 6
 * before.
 */
function isQuickToRound(layers: readonly LayerDescriptor[]): boolean {
  const counts = layers.flatMap(({ weights }) =>
    weights.map(({ shape, inputAxis }) => {
      if (inputAxis === undefined) return 0;
      const inputs = shape[inputAxis] ?? 1;
      const outputs = shape.reduce((product, size) => product * size, 1) / Math.max(inputs, 1);
      return inputs ** 2 * (outputs / 2 + inputs / 6);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) <= most;
}
