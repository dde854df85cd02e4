import { inspectModel, type OnnxModel } from '@lowbit/onnx';
import { formatBytes, formatCount, interfaceOf, wordedValue } from 'lowbit/browser';
import type { ModelFacts } from '../../shared/messages.js';
import { takesPictures } from '../compare/takes-pictures.js';
import type { DroppedFiles } from '../dropped-files.js';

const namedOperators = 6;

/** What is to be done where a file of weights was not chosen. */
const missing = 'choose them together with the model; without them no weight in them is read or quantized';

/** What the page shows of an ONNX file. @throws LowbitError what `inspectModel` throws. */
export function onnxFacts(model: OnnxModel, files: DroppedFiles): ModelFacts {
  const { name, ir, opsets, producer, operators, parameters, totalBytes, ...rest } = inspectModel(model);
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
      ...optional('Quantized already', rest.alreadyQuantized),
      ...optional('Files beside it', externalFiles.join(', ')),
      ...optional('Missing files', absent.length === 0 ? '' : `${absent.join(', ')}: ${missing}`),
    ],
    frozen: inspectModel(model, { freezeInputs: true }).quantizable.length - rest.quantizable.length,
    quantizable: { count: rest.quantizable.length, bytes: rest.quantizableBytes },
    skipped: rest.skipped,
    takesPictures: takesPictures(inputs, name),
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
