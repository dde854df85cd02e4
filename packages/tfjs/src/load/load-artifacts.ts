import { checkFileName, checkSpecs } from '@lowbit/tfjs-format';
import { LowbitError } from '@lowbit/core';
import { env, io } from '@tensorflow/tfjs-core';
import { knownValue, wrongSource } from '../model/wrong-source.js';

/** Where a model is: a URL of any scheme that TensorFlow.js knows, or a handler of one's own. */
export type ModelSource = string | io.IOHandler;

/**
 * Reads the artifacts of a model.
 *
 * @param onProgress Share of the weight files that have arrived, 0 … 1, where the handler tells it.
 * @throws LowbitError `invalid-argument` for what is no source, `file-missing` when nothing can load such a URL, `model-malformed`.
 */
export async function loadArtifacts(
  source: ModelSource,
  onProgress?: (share: number) => void,
): Promise<io.ModelArtifacts> {
  if (typeof source === 'string') checkUrl(source);
  else if (Object(source) !== source || knownValue(source) !== undefined) throw notASource(source);
  const handler = typeof source === 'string' ? handlerOf(source, onProgress) : source;
  if (handler.load === undefined) throw notLoadable(nameOf(source));
  if (typeof handler.load !== 'function') throw notASource(source);
  const artifacts = (await handler.load()) as io.ModelArtifacts | undefined;
  if (typeof artifacts !== 'object' || artifacts === null) throw noArtifacts(nameOf(source), artifacts);
  checkSpecs(artifacts.weightSpecs ?? [], nameOf(source));
  return artifacts;
}

/** The source's name in messages. */
export function nameOf(source: ModelSource): string {
  return typeof source === 'string' ? source : 'model';
}

function handlerOf(url: string, onProgress?: (share: number) => void): io.IOHandler {
  const options = onProgress === undefined ? {} : { onProgress };
  const [handler] = io.getLoadHandlers(url, options);
  if (handler !== undefined) return handler;
  // As TensorFlow.js does: a URL without a scheme is relative to the page.
  if (env().getBool('IS_BROWSER') && !url.includes('://')) return io.browserHTTPRequest(url, options);
  throw notLoadable(url);
}

const notASource = (source: unknown) => wrongSource(source, 'load(source)', 'a URL or an IOHandler', example);

const example = "For instance load('https://example.org/model/model.json').";

/** Checks a URL before anything is fetched. Stores of the browser have names of any kind. */
function checkUrl(url: string): void {
  if (/^(indexeddb|localstorage):/.test(url)) return;
  checkFileName(url);
  if (url !== '' && !(/^https?:/.test(url) && !isUrl(url))) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'load(source)',
    expected: 'the URL of a model.json',
    received: url === '' ? 'an empty text' : `'${url}', which is none`,
    remedy: example,
  });
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).href !== '';
  } catch {
    return false;
  }
}

function noArtifacts(where: string, received: unknown): LowbitError {
  return new LowbitError({
    code: 'model-malformed',
    where,
    expected: 'the artifacts of a model',
    received: String(received),
    remedy: 'Let load() of the handler give a modelTopology, weightSpecs and weightData.',
  });
}

function notLoadable(where: string): LowbitError {
  return new LowbitError({
    code: 'file-missing',
    where,
    expected: 'a place that a model can be loaded from',
    received: 'no handler for it',
    remedy: where.startsWith('file:')
      ? "In Node, call registerFileSystem() of '@lowbit/tfjs/node' first."
      : 'Use http(s)://, indexeddb://, localstorage:// or an IOHandler.',
  });
}
