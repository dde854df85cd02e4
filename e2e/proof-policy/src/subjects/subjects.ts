import { detector, directions, recognizer, silero, sileroLegacy, sileroV6 } from './onnx-subjects.js';
import type { PolicySubject, VisitSubject } from './subject.js';
import { fashion, midNetwork, mobileNet, reviews } from './tfjs-subjects.js';

/** The five networks whose effects are looked at, smallest first; of them those that `--models` asks for. */
export const fiveSubjects = <Result>(visit: VisitSubject<Result>): readonly (() => Promise<Result>)[] => [
  ...asked(fashion, visit),
  ...asked(silero, visit),
  ...asked(detector, visit),
  ...asked(recognizer, visit),
  ...asked(mobileNet, visit),
];

/** Ten networks that are made to fit; of them those that `--models` asks for. */
export const tenSubjects = <Result>(visit: VisitSubject<Result>): readonly (() => Promise<Result>)[] => [
  ...fiveSubjects(visit),
  ...asked(reviews, visit),
  ...asked(directions, visit),
  ...asked(sileroV6, visit),
  ...asked(sileroLegacy, visit),
  ...asked(midNetwork, visit),
];

/** Parts of names after `--models`, with commas between. */
const wanted = process.argv.flatMap((word, at) =>
  word === '--models' ? (process.argv[at + 1] ?? '').toLowerCase().split(',') : [],
);

function asked<Artifact, Written, Result>(
  subject: PolicySubject<Artifact, Written>,
  visit: VisitSubject<Result>,
): readonly (() => Promise<Result>)[] {
  const name = subject.name.toLowerCase();
  const isAsked = wanted.length === 0 || wanted.some((part) => name.includes(part));
  return isAsked ? [() => visit(subject)] : [];
}
