import { type Problem, wordProblem } from '@lowbit/core';
import { checkDocument } from './check-document.js';
import { heading, indented, plain, printable, type Colors } from './lines.js';
import { textTable } from './table.js';

/** One layer of a model of Keras; those inside a model or a wrapper follow it. */
export interface InspectedKerasLayer {
  /** Names from the outermost model to this layer, with `/` between. */
  readonly id: string;
  readonly className: string;
  /** How many models and wrappers it lies in. */
  readonly depth: number;
  readonly outputShape?: readonly (number | null)[];
  /** `null` where that is not known. */
  readonly parameters: number | null;
}

/** A model of Keras as its file tells of it. */
export interface InspectedKeras {
  readonly name: string;
  readonly kerasVersion?: string;
  readonly layers: readonly InspectedKerasLayer[];
  readonly parameters: number | null;
  /** Why the model cannot be read. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** The layers of a model of Keras as a table, and what stands against reading it. */
export function kerasInspectionText(inspection: InspectedKeras, colors: Colors = plain): string {
  checkDocument(inspection, ['layers', 'problems', 'notes'], colors, [
    'kerasInspectionText',
    'what lowbit inspect --json prints of a file of Keras',
  ]);
  const { name, kerasVersion, layers, parameters, problems, notes } = inspection;
  const from = kerasVersion === undefined ? 'Keras' : `Keras ${kerasVersion}`;
  const count = parameters === null ? 'an unknown number of' : parameters.toLocaleString('en');
  // A Sequential of Keras 1 has no name.
  const title = name === '' ? 'A model' : `${name}: a model`;
  return [
    `${printable(`${title} of ${from}, ${count} parameters`)}\n\n`,
    textTable(columns, layers.map(row)),
    ...(problems.length === 0
      ? []
      : [heading('It cannot be imported as it is:', colors), indented(problems.map(wordProblem))]),
    ...(notes.length === 0 ? [] : ['\n', ...notes.map((note) => `${printable(note)}\n`)]),
  ].join('');
}

const columns = [
  { label: 'layer' },
  { label: 'class' },
  { label: 'output' },
  { label: 'parameters', align: 'right' },
] as const;

function row({ id, className, depth, outputShape, parameters }: InspectedKerasLayer): readonly string[] {
  const shape = outputShape === undefined ? '' : `[${outputShape.map((size) => size ?? '?').join(', ')}]`;
  return [
    `${'  '.repeat(depth)}${id.split('/').at(-1)}`,
    className,
    shape,
    parameters?.toLocaleString('en') ?? '?',
  ];
}
