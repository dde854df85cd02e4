import { isLowbitError, LowbitError, type Problem } from '@lowbit/core';

const kinds = 'an ONNX file, a model.json of TensorFlow.js, or a .keras or .h5 file';

/** Kinds of files that are made of models of Keras, as `received` names them. */
const madeByKeras = /SavedModel|TensorFlow Lite|pickle|numpy|npz/;

/**
 * An error of the reader of ONNX files in the words of a tool that takes models of several kinds: whoever gives a file that is not called .onnx need not
 * have meant ONNX. Other errors, and other values, as they are.
 */
export function asForeign(error: unknown): unknown {
  if (!isLowbitError(error) || !error.problems.some(isOfAnyKind)) return error;
  const [first, ...rest] = error.problems.map((problem) =>
    isOfAnyKind(problem) ? reworded(problem) : problem,
  );
  return new LowbitError([first!, ...rest], { cause: error });
}

function isOfAnyKind({ code, where }: Problem): boolean {
  return code === 'model-not-onnx' && !/\.onnx$/i.test(where);
}

function reworded({ where, received = 'another file', remedy = '' }: Problem): Problem {
  const ofKeras =
    madeByKeras.test(received) && !remedy.includes('model.save(')
      ? ' A model of Keras is read as it is saved by model.save("model.keras").'
      : '';
  return { code: 'model-foreign', where, expected: kinds, received, remedy: remedy + ofKeras };
}
