import { quantize, type Recipe, type Report } from '@lowbit/core';
import { calibrationInputs, readBatches } from '@lowbit/data';
import {
  interfaceOf,
  onnx,
  type OnnxModel,
  type OnnxOptions,
  type OnnxResult,
  readModel,
} from '@lowbit/onnx';
import { isLines } from '../../shared/is-lines.js';
import type { Download, Settings } from '../../shared/messages.js';
import { beside, type DroppedFiles } from '../dropped-files.js';
import { nothingQuantized } from '../nothing-quantized.js';
import type { OpenedModel } from '../open-model.js';
import { recipeOf } from '../recipe.js';
import { sessionOptions, type Session } from '../session.js';
import { compareOnnx } from './compare-onnx.js';
import { loadOrt } from './load-ort.js';
import { onnxFacts } from './onnx-facts.js';

/** Opens an ONNX file; JSON lines beside it are data that it is calibrated by. @throws LowbitError `model-not-onnx`, `model-truncated` and what else reading finds. */
export async function openOnnx(dropped: DroppedFiles): Promise<OpenedModel> {
  const lines = new Map([...dropped].filter(([path]) => isLines(path)));
  const files = new Map([...dropped].filter(([path]) => !lines.has(path)));
  const [name, bytes] = modelAmong(files);
  const model = readModel(bytes, name);
  const facts = await onnxFacts(model, onnx(bytes, { name, ...externalData(files) }), files);
  let last: { readonly model: OnnxResult; readonly report: Report } | undefined;
  return {
    facts,
    async quantize(settings, session) {
      const own = { name, ...portOptions(settings), ...externalData(files) };
      const port = onnx(bytes, lines.size === 0 ? own : { ...own, ort: await loadOrt() });
      const data = linesOf(lines, model, session);
      last = await quantize(port, { ...recipeOf(settings), ...data }, sessionOptions(session));
      return last.report;
    },
    async compare(inputs, session) {
      if (last === undefined) throw nothingQuantized();
      return compareOnnx({ name, bytes, files, model }, last.model, inputs, session);
    },
    async download() {
      if (last === undefined) throw nothingQuantized();
      return downloads(name, last.model, last.report);
    },
    dispose: () => undefined,
  };
}

/** Data in JSON lines, as the model takes them. */
function linesOf(lines: DroppedFiles, model: OnnxModel, { signal }: Session): Pick<Recipe, 'data'> {
  const files = [...lines].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
  const inputs = calibrationInputs(interfaceOf(model).inputs, 'the model');
  return files.length === 0 ? {} : { data: readBatches(files, { inputs, signal }) };
}

/** The file that is called `.onnx`, or the first one, which may turn out to be none. */
function modelAmong(files: DroppedFiles): readonly [string, Uint8Array] {
  const entries = [...files];
  const named = entries.find(([name]) => name.toLowerCase().endsWith('.onnx'));
  return named ?? (entries[0] as [string, Uint8Array]);
}

function portOptions({ madeFor, float16, freezeInputs }: Settings): OnnxOptions {
  return {
    ...(madeFor === 'integers' ? { integers: 'faster' } : { optimize: madeFor }),
    float16,
    ...(freezeInputs ? { freezeInputs } : {}),
  };
}

/** Without other files, weights in such are left as they are, and the report says so. */
function externalData(files: DroppedFiles): OnnxOptions {
  return files.size > 1 ? { externalData: async (path) => beside(files, path), external: 'fit' } : {};
}

function downloads(name: string, { bytes, externalData = [] }: OnnxResult, { plan }: Report): Download[] {
  const widths = new Set(plan.weights.flatMap(({ bits }) => (bits === 'float' ? [] : [bits])));
  const suffix = widths.size === 1 ? `_q${[...widths].join('')}` : '_mixed';
  const file = `${name.replace(/\.onnx$/i, '')}${suffix}.onnx`;
  const besideIt = externalData.map(({ path, data }) => ({
    name: path,
    bytes: data,
    note: 'Belongs beside the model.',
  }));
  return [
    { name: file, bytes, note: 'An ordinary ONNX file for onnxruntime-web 1.24 or later.' },
    ...besideIt,
  ];
}
