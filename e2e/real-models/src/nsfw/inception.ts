import type { io } from '@tensorflow/tfjs-core';
import { InceptionV3Model } from 'nsfwjs/models/inception_v3';
import { bundledArtifacts, type Bundles } from './bundled-artifacts.js';

/**
 * The saved form of nsfwjs' Inception v3 (22 million weights, input [N, 299, 299, 3] in 0…1, output 5 classes), a layers model.
 * The package stores its weights as 8-bit integers with one scale a tensor.
 */
export function inceptionArtifacts(): Promise<io.ModelArtifacts> {
  return bundledArtifacts(InceptionV3Model as Bundles);
}
