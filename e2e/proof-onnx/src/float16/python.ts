import { fileURLToPath } from 'node:url';

/** What Python does for this proof. */
export const script = fileURLToPath(new URL('../../python/float16-models.py', import.meta.url));
