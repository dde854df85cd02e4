import type { io } from '@tensorflow/tfjs-core';
import { MobileNetV2MidModel } from 'nsfwjs/models/mobilenet_v2_mid';
import { bundledArtifacts, type Bundles } from '../nsfw/bundled-artifacts.js';

/**
 * The saved form of nsfwjs' wider MobileNetV2 (alpha 1.4, input [N, 224, 224, 3] in 0…1, output 5 classes), a graph model with
 * fused convolutions. The package stores its weights as 8-bit integers with one scale a tensor.
 */
export function midArtifacts(): Promise<io.ModelArtifacts> {
  return bundledArtifacts(MobileNetV2MidModel as Bundles);
}
