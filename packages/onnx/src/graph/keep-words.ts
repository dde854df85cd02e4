import type { NodeProto } from '../schema/proto.js';

/** What may have a doc string. */
type Described = Pick<NodeProto, 'docString'>;

/** Gives what takes the place of others their doc strings too, each on a line after its own. */
export function keepDocs(heir: Described, ...replaced: readonly Described[]): void {
  const words = [heir, ...replaced].map(({ docString }) => docString).filter((one) => one !== '');
  const all = [...new Set(words)].join('\n');
  if (all !== '') heir.docString = all;
}

/** Gives the node that makes another's result from now on the other's doc string and metadata, and its name if it has none. */
export function keepWords(heir: NodeProto, replaced: NodeProto): void {
  keepDocs(heir, replaced);
  if (heir.name === '' && replaced.name !== '') heir.name = replaced.name;
  const added = replaced.metadataProps.filter((entry) => !heir.metadataProps.includes(entry));
  if (added.length > 0) heir.metadataProps = [...heir.metadataProps, ...added];
}
