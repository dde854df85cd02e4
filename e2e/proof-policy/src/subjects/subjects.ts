import { detector, directions, recognizer, silero, sileroLegacy, sileroV6 } from './onnx-subjects.js';
import type { VisitSubject } from './subject.js';
import { fashion, midNetwork, mobileNet, reviews } from './tfjs-subjects.js';

/** The five networks whose effects are looked at, smallest first. */
export const fiveSubjects = <Result>(visit: VisitSubject<Result>): readonly (() => Promise<Result>)[] => [
  () => visit(fashion),
  () => visit(silero),
  () => visit(detector),
  () => visit(recognizer),
  () => visit(mobileNet),
];

/** Ten networks that are made to fit. */
export const tenSubjects = <Result>(visit: VisitSubject<Result>): readonly (() => Promise<Result>)[] => [
  ...fiveSubjects(visit),
  () => visit(reviews),
  () => visit(directions),
  () => visit(sileroV6),
  () => visit(sileroLegacy),
  () => visit(midNetwork),
];
