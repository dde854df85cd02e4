import { LowbitError } from '@lowbit/core';
import { knownValue, wrongSource } from '../model/wrong-source.js';

const example = "For instance load('https://example.org/model/model.json').";

/** The error for a source that has no handler, or that none is. */
export function notLoadable(source: unknown): LowbitError {
  const isMute = (Object(source) as { readonly load?: unknown }).load === undefined;
  const isText = typeof source === 'string';
  if (!isText && (Object(source) !== source || knownValue(source) !== undefined || !isMute))
    return wrongSource(source, 'load(source)', 'a URL or an IOHandler', example);
  const where = isText ? source : 'model';
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

/** The error for a text that is no URL. */
export function noUrl(url: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'load(source)',
    expected: 'the URL of a model.json',
    received: url === '' ? 'an empty text' : `'${url}', which is none`,
    remedy: example,
  });
}

/** The error for what a handler gave in place of artifacts. */
export function noArtifacts(where: string, received: unknown): LowbitError {
  return new LowbitError({
    code: 'model-malformed',
    where,
    expected: 'the artifacts of a model',
    received: String(received),
    remedy: 'Let load() of the handler give a modelTopology, weightSpecs and weightData.',
  });
}
