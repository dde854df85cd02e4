import { least } from 'd3-array';

import { formatDecibels } from '../figures/numbers.js';
import { plain, printable, type Colors } from './lines.js';
import { defined } from '@lowbit/core/adapter';

/** Where a quantized model was written, what lies beside it, and how. */
export interface WrittenFiles {
  readonly output: string;
  /** Files written beside the result, which it needs. */
  readonly dataFiles?: readonly string[];
  readonly htmlReport?: string;
  /** What to do next: a command, or how the result is loaded. */
  readonly next?: string;
  /** Options that onnxruntime-web wants for the result. */
  readonly sessionOptions?: SessionOptions;
  /** How the weights were saved, where files of TensorFlow.js hold them. */
  readonly saved?: { readonly weights: readonly SavedWeight[] };
  /** Weights that the original held in fewer bits than float32. */
  readonly expanded?: readonly ExpandedWeights[];
}

interface SessionOptions {
  readonly executionProviders?: readonly string[];
  readonly extra?: unknown;
}

interface SavedWeight {
  readonly name: string;
  readonly form: string;
  /** Signal to noise of saving alone, decibels; `null` where it was exact. */
  readonly sqnrDb: number | null;
}

/** Weights that a manifest holds in fewer bits than float32; those that are quantized are expanded before all else. */
export interface ExpandedWeights {
  /** `uint8`, `uint16` or `float16`. */
  readonly form: string;
  readonly weights: number;
  readonly values: number;
}

/** What was written, and how it is loaded. */
export function fileLines(
  { output, dataFiles = [], htmlReport, sessionOptions, next }: WrittenFiles,
  colors: Colors,
): readonly string[] {
  const session = sessionOptions === undefined ? undefined : sessionLine(sessionOptions);
  return [
    ...(session === undefined ? [] : [`Create its session with the options ${printable(session)}\n`]),
    `${colors.green('Written:')} ${printable(output)}\n`,
    ...dataFiles.map((file) => `${colors.green('Data:')}    ${printable(file)}, which must lie beside it\n`),
    ...(htmlReport === undefined ? [] : [`${colors.green('Report:')}  ${printable(htmlReport)}\n`]),
    ...(next === undefined ? [] : [nextLine(next, colors)]),
  ];
}

/** The last line of a command. */
export function nextLine(next: string, colors: Colors = plain): string {
  return `${colors.green('Next:')}    ${printable(next)}\n`;
}

/** The options that a session of onnxruntime-web needs beyond its defaults, as code; nothing when these do. */
export function sessionLine({ executionProviders, extra }: SessionOptions): string | undefined {
  const needed = {
    ...(executionProviders === undefined || executionProviders.join() === 'wasm'
      ? {}
      : { executionProviders }),
    ...defined({ extra }),
  };
  return Object.keys(needed).length === 0 ? undefined : JSON.stringify(needed);
}

/** How a TensorFlow.js model was stored before and is now, where that is more than packed codes of floats. */
export function savedLines({ saved, expanded = [] }: WrittenFiles): readonly string[] {
  if (saved === undefined) return [];
  const lossy = saved.weights.filter(({ sqnrDb }) => sqnrDb !== null);
  const worst = least(lossy, ({ sqnrDb }) => sqnrDb ?? Infinity);
  const price =
    worst === undefined
      ? []
      : [
          `saving as ${worst.form} adds an error of its own to ${lossy.length} weights, at worst ` +
            `${formatDecibels(worst.sqnrDb)} signal to noise, ${worst.name}`,
        ];
  return [...expanded.map(expandedLine), ...price];
}

/** What is said about weights that were expanded. */
export function expandedLine({ form, weights }: ExpandedWeights): string {
  const noun = weights === 1 ? 'weight' : 'weights';
  return `${weights} ${noun} stored as ${form} in the original, expanded exactly where they are quantized; errors are relative to that`;
}
