import { checkFileName, checkSpecs } from '@lowbit/tfjs-format';
import { env, io } from '@tensorflow/tfjs-core';

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
  if (typeof source === 'string') await checkUrl(source);
  const handler = typeof source === 'string' ? handlerOf(source, onProgress) : source;
  if (!isHandler(handler)) throw (await words()).notLoadable(source);
  const artifacts = (await handler.load()) as io.ModelArtifacts | undefined;
  if (typeof artifacts !== 'object' || artifacts === null)
    throw (await words()).noArtifacts(nameOf(source), artifacts);
  checkSpecs(artifacts.weightSpecs ?? [], nameOf(source));
  return artifacts;
}

/** The source's name in messages. */
export function nameOf(source: ModelSource): string {
  return typeof source === 'string' ? source : 'model';
}

/** What is said of anything else, which a page that loads a model does not carry. */
const words = () => import('./not-loadable.js');

/** Models have a `load` too. */
function isHandler(value: unknown): value is io.IOHandler & { load: object } {
  const { load, executeAsync } = Object(value) as Record<string, unknown>;
  return typeof load === 'function' && executeAsync === undefined;
}

function handlerOf(url: string, onProgress?: (share: number) => void): io.IOHandler | undefined {
  const options = onProgress === undefined ? {} : { onProgress };
  const [handler] = io.getLoadHandlers(url, options);
  if (handler !== undefined) return handler;
  // As TensorFlow.js does: a URL without a scheme is relative to the page.
  if (env().getBool('IS_BROWSER') && !url.includes('://')) return io.browserHTTPRequest(url, options);
  return undefined;
}

/** Checks a URL before anything is fetched. Stores of the browser have names of any kind. */
async function checkUrl(url: string): Promise<void> {
  if (/^(indexeddb|localstorage):/.test(url)) return;
  checkFileName(url);
  if (url === '' || (/^https?:/.test(url) && !isUrl(url))) throw (await words()).noUrl(url);
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).href !== '';
  } catch {
    return false;
  }
}
