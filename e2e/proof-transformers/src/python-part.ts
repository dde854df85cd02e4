import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython, gate, gateAtMost, type Gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { subjects } from './models.js';
import { out } from './out.js';
import { decibels, runGraph } from './run-graph.js';
import { writeSubject } from './write-subjects.js';

const script = fileURLToPath(new URL('../quantize.py', import.meta.url));
/** Dtypes that Python's onnxruntime has with the settings of the script of transformers.js, and how our files are called. */
const compared = { q4: 'model_q4.onnx', q8: 'model_quantized.onnx', bnb4: 'model_bnb4.onnx' } as const;

/** Bytes and error beside Python's onnxruntime, with the settings that the script of transformers.js chooses. */
export const pythonPart: Part = {
  name: 'python',
  async measure(tell) {
    const section = {
      name: 'python',
      title: "Beside Python's onnxruntime, with the settings of transformers.js' script",
    };
    const python = findPython(['onnx', 'onnxruntime', 'onnx_ir'], 'pip install onnx onnxruntime onnx_ir');
    if ('missing' in python)
      return { ...section, rows: [], gates: [], skipped: [`python: ${python.missing}`] };
    const rows: Row[] = [];
    const gates: Gate[] = [];
    for (const model of (await subjects()).filter(({ name }) => name !== 'external')) {
      tell(model.name);
      const [from, to] = [join(out, 'original', model.name), join(out, 'beside', model.name)];
      await writeSubject(model, from, to);
      const original = join(from, 'onnx/model.onnx');
      const { status, stderr } = spawnSync(python.path, [script, original, join(to, 'onnx')], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`quantize.py: ${stderr.slice(-500)}`);
      const expected = await runGraph(original, model);
      for (const [dtype, file] of Object.entries(compared)) {
        const figures = async (path: string) =>
          [statSync(path).size, decibels(expected, await runGraph(path, model))] as const;
        const [bytes, kept] = await figures(join(to, 'onnx', file));
        const [theirBytes, theirs] = await figures(join(to, 'onnx', `python_${dtype}.onnx`));
        rows.push({
          model: model.name,
          dtype,
          bytes,
          'of Python': theirBytes,
          'of float (dB)': kept,
          'Python (dB)': theirs,
        });
        gates.push(gateAtMost(`${model.name}: ${dtype}, bytes of Python's`, bytes / theirBytes, 1.01));
        gates.push(gate(`${model.name}: ${dtype}, dB over Python's`, kept - theirs, -0.05));
      }
    }
    return { ...section, rows, gates, skipped: [] };
  },
};
