import type { ModelPort } from '@lowbit/core';
import { defined, withoutUnfit } from '@lowbit/core/adapter';
import { inspectModel, type OnnxModel } from '@lowbit/onnx';
import { formatBytes, formatCount, interfaceOf, wordedValue } from 'lowbit/browser';
import type { ModelFacts } from '../../shared/messages.js';
import { pictureRange } from '../compare/picture-range.js';
import type { DroppedFiles } from '../dropped-files.js';

const namedOperators = 6;

/** What is to be done where a file of weights was not chosen. */
const missing = 'choose them together with the model; without them no weight in them is read or quantized';

/** What the page shows of an ONNX file. @throws LowbitError what `inspectModel` and the layers of the port throw. */
export async function onnxFacts(
  model: OnnxModel,
  port: Pick<ModelPort<unknown>, 'layers'>,
  files: DroppedFiles,
): Promise<ModelFacts> {
  const inside = inspectModel(model);
  const { name, ir, opsets, producer, operators, parameters, totalBytes } = inside;
  const { quantizable, quantizableBytes, skipped } = await withoutUnfit(inside, await port.layers());
  const { inputs, outputs, externalFiles } = interfaceOf(model);
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  const absent = externalFiles.filter((path) => !files.has(path.slice(path.lastIndexOf('/') + 1)));
  return {
    format: 'onnx',
    name,
    facts: [
      ['File', `${name}, ${formatBytes(totalBytes)}`],
      ['Format', ['ONNX', `IR ${ir}`, ...versions].join(', ')],
      ['Made by', `${producer.name} ${producer.version}`.trim() || 'unknown'],
      ['Inputs', inputs.map(wordedValue).join('; ')],
      ['Outputs', outputs.map(wordedValue).join('; ')],
      ['Operators', operatorText(operators)],
      ['Constants', `${formatCount(parameters.count)} values, ${formatBytes(parameters.bytes)}`],
      ...optional('Quantized already', inside.alreadyQuantized),
      ...optional('Files beside it', externalFiles.join(', ')),
      ...optional('Missing files', absent.length === 0 ? '' : `${absent.join(', ')}: ${missing}`),
    ],
    frozen: inspectModel(model, { freezeInputs: true }).quantizable.length - inside.quantizable.length,
    quantizable: { count: quantizable.length, bytes: quantizableBytes },
    skipped,
    ...defined({ pictures: pictureRange(inputs, name) }),
  };
}

function operatorText(operators: ReturnType<typeof inspectModel>['operators']): string {
  const named = operators.slice(0, namedOperators).map(({ op, count }) => `${count} ${op}`);
  const others = operators.length - named.length;
  return [...named, ...(others > 0 ? [`${others} other kinds`] : [])].join(', ');
}

function optional(label: string, text: string | undefined): readonly (readonly [string, string])[] {
  return text === undefined || text === '' ? [] : [[label, text]];
}
