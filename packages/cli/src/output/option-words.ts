/** What options of our packages are called on the command line, where their words name them. */
const optionOf: Readonly<Record<string, string>> = {
  freezeInputs: '--freeze-inputs',
  integersFor: '--include or --include-op',
  correctBiases: '--correct-biases',
  activationBits: '--activation-bits',
  'image.size': '--image-size',
};
const named = new RegExp(String.raw`\b(${Object.keys(optionOf).join('|')})\b(: true|: false)?`, 'g');

/** Words of our packages, which name their options, as they are for the command line. */
export function inOptions(text: string): string {
  const inWords = text.replace("parameterStorage: 'float16'", '--parameters float16');
  return inWords.replace(named, (word, name: string, value?: string) => {
    const option = optionOf[name] ?? word;
    return value === ': false' ? option.replace('--', '--no-') : option;
  });
}
