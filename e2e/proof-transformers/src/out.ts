import { fileURLToPath } from 'node:url';

/** Where models, and packages that are too large to be dependencies, are kept; git ignores it. */
export const out = fileURLToPath(new URL('../out', import.meta.url));
