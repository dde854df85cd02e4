import type { io } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { MobileNetV2Model } from 'nsfwjs/models/mobilenet_v2';
import { useWasm } from '../runtime/tfjs.js';
import { bundledArtifacts, type Bundles } from './bundled-artifacts.js';

/**
 * The saved form of nsfwjs' MobileNetV2 (alpha 1, input [N, 224, 224, 3] in 0…1, output 5 classes).
 * The package stores its weights as 8-bit integers with one scale a tensor: what tfjs calls float was rounded once.
 */
export function mobileNetArtifacts(): Promise<io.ModelArtifacts> {
  return bundledArtifacts(MobileNetV2Model as Bundles);
}

/** nsfwjs' MobileNetV2 as a LayersModel on the WebAssembly backend; the caller disposes of it. */
export async function loadMobileNet(): Promise<LayersModel> {
  await useWasm();
  return loadLayersModel({ load: mobileNetArtifacts });
}
