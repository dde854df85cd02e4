import type { Law } from '../law.js';
import { costLaws } from './costs.js';
import { descriptorLaws } from './descriptors.js';
import { inputLaws } from './inputs.js';
import { formLaws, observingLaws } from './observing.js';
import type { PortLawOptions } from './options.js';
import { refusingLaws } from './refusing.js';
import { runningLaws } from './running.js';
import { trainingLaws } from './training.js';
import { writingLaws } from './writing.js';

/**
 * The laws that every model port keeps: how it describes its model, what it writes, and how it runs.
 *
 * @example
 * for (const law of portLaws({ name: 'detector', make: () => onnx(bytes) })) test(law.title, law.run);
 */
export function portLaws<M>(options: PortLawOptions<M>): readonly Law[] {
  const { name } = options;
  const laws = [
    ...descriptorLaws(options),
    ...writingLaws(options),
    ...refusingLaws(options),
    ...costLaws(options),
    ...formLaws(options),
    ...runningLaws(options),
    ...observingLaws(options),
    ...inputLaws(options),
    ...trainingLaws(options),
  ];
  return name === undefined ? laws : laws.map((law) => ({ ...law, title: `${name}: ${law.title}` }));
}
