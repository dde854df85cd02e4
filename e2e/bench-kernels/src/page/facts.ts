import type { PlaceFacts } from '../place.js';

/** What a page tells of itself; what browser it is in is known outside. */
export type PageFacts = Omit<PlaceFacts, 'engine'>;
