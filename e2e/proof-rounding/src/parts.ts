import { gate, type Gate, type Part } from '@lowbit/e2e-real-models/proof';
import { measureSubject, mostMore, rowOf, type Measured } from './measure-subject.js';
import { all, chosenBits } from './methods.js';
import { detector, mobileNet, recognizer, silero, type Subject } from './subjects.js';

/** All of them, or those that `--bits 4,3` names. */
function widths(): readonly number[] {
  const at = process.argv.indexOf('--bits');
  return at < 0 ? [4, 3, 2] : (process.argv[at + 1] ?? '').split(',').map(Number);
}

type Results = readonly Measured[];

/** The gates of a width, where it was measured. */
interface GatesAt {
  readonly bits: number;
  gates(results: Results): readonly Gate[];
}

function part<Artifact, Written>(
  name: string,
  subject: Subject<Artifact, Written>,
  gates: readonly GatesAt[],
): Part {
  return {
    name,
    async measure(tell) {
      const results = await measureSubject(subject, widths(), tell);
      return {
        name,
        title: `${subject.name}: what data gain below 8 bits, on inputs that were not calibrated on`,
        rows: results.map((result) => rowOf(subject.name, result)),
        gates: [
          ...gates.flatMap((own) =>
            results.some(({ bits }) => bits === own.bits) ? own.gates(results) : [],
          ),
          sizeGate(results),
        ],
        skipped: [],
      };
    },
  };
}

const find = (results: Results, bits: number, method: string): Measured =>
  results.find((one) => one.bits === bits && one.method === method) as Measured;

/** That the best method keeps so much of what float decides. */
function shareAt(bits: number, name: string, least: number, goal?: number): GatesAt {
  const keptMost = (results: Results) =>
    Math.max(...results.filter((one) => one.bits === bits).map(({ kept }) => kept));
  return { bits, gates: (results) => [gate(name, keptMost(results), least, goal)] };
}

/** The least part of nearest's bytes over what a method takes, at most 1. */
function sizeGate(results: Results): Gate {
  const ratios = results.map(({ bits, bytes }) => find(results, bits, 'nearest').bytes / bytes);
  return gate('bytes of nearest over those of any method', Math.min(1, ...ratios), 1 / (1 + mostMore));
}

export const detectorPart = part('detector', detector, [
  {
    bits: 4,
    gates: (results) => [
      gate('4 bits: gain of auto and biases, dB', find(results, 4, all.name).gainDb, 2.5, 5),
      gate('4 bits: gain with bits by layer, dB', find(results, 4, chosenBits.name).gainDb, 6.5, 8),
      gate('4 bits: share of boxes with bits by layer', find(results, 4, chosenBits.name).kept, 35 / 37),
    ],
  },
  shareAt(2, '2 bits: share of boxes', 0.6, 0.8),
]);

export const recognizerPart = part('recognizer', recognizer, [
  shareAt(4, '4 bits: share of strings', 0.75, 0.85),
  shareAt(3, '3 bits on average: share of strings', 0.5, 0.7),
]);

export const sileroPart = part('silero', silero, [shareAt(2, '2 bits: share of windows', 0.93)]);

export const mobileNetPart = part('mobilenet', mobileNet, [
  shareAt(4, '4 bits: share of crops with the same class', 0.93, 0.97),
]);
