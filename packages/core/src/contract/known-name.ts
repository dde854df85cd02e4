/** A name as TensorFlow.js takes names of tensors, which importers write in the place of others: `mic left` is its `mic_left`, `größe` its `gr__e`. */
function plainName(name: string): string {
  const plain = name.replace(/[^-\w./]/g, '_');
  return /^[A-Za-z0-9]/.test(plain) && !(plain in Object.prototype) ? plain : `layer_${plain}`;
}

/**
 * Which of the names that are known is meant: this very one, or the only one that is the same as TensorFlow.js writes both. One network has other names
 * of inputs and outputs in its file of Keras and in what becomes of it, and who has data for it may know either.
 *
 * @returns undefined for none, and where it may be several.
 */
export function knownName(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return name;
  const plain = plainName(name);
  const [found, ...others] = known.filter((each) => plainName(each) === plain);
  return others.length === 0 ? found : undefined;
}
