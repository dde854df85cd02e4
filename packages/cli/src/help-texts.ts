/** Examples that stand at the end of each help text. */
export const examples = {
  program: `
Examples:
  lowbit quantize model.onnx              8 bits, writes model_q8.onnx
  lowbit inspect model.onnx               what could be quantized
  lowbit compare model.onnx model_q8.onnx how far apart their outputs, sizes and times are
  lowbit methods                          the methods that --weights knows
`,
  quantize: `
Examples:
  lowbit quantize model.onnx                                  min-max, 8 bits per channel: model_q8.onnx
  lowbit quantize model.onnx --bits 4 --granularity group:32  4 bits in groups of 32: model_q4.onnx
  lowbit quantize model.onnx --weights ul2q --first-last 8    another method, more bits at both ends
  lowbit quantize model.onnx --target-size 1.5MB --calibrate photos --image-size 224x224   the best bits for this size
  lowbit quantize model.onnx --max-loss 1 --labels labels.csv --calibrate photos --image-size 224x224
  lowbit quantize model.onnx --exclude 'head*' --report report.html
  lowbit quantize model.onnx --exclude-op Gather              embeddings stay as they are
  lowbit quantize model.onnx --activations dynamic            layers compute in integers: faster, no data needed
  lowbit quantize model.onnx --activations percentile --calibrate photos --image-size 224x224 \\
    --image-mean 0.485,0.456,0.406 --image-deviation 0.229,0.224,0.225 --save-calibration statistics.json
  lowbit quantize model.onnx --activations mse --calibration statistics.json -o mse.onnx
  lowbit quantize model.onnx --bits progressive:from=8,to=2 --calibrate photos --labels labels.csv
  lowbit quantize model.onnx --bits 4 --rounding auto --calibrate photos --image-size 224x224
  lowbit quantize model.onnx --plugin ./my-plugin.js --weights my-method --bits 4
  lowbit quantize model.onnx --target ort-web@1.30/webgpu --bits 4 --granularity group:32 --optimize memory
  lowbit quantize model.onnx --float16                        half the size: model_fp16.onnx
  lowbit quantize model.onnx --float16 --bits 4 --granularity group:32
  lowbit quantize model.onnx --external -o out/model.onnx     large tensors in a file beside the result
  lowbit quantize model.onnx --json > done.json               then edit report.plan in it and apply it:
  lowbit quantize model.onnx --plan done.json -o edited.onnx
  lowbit quantize models -o small                             all models in a folder and below
  cat model.onnx | lowbit quantize - > model_q8.onnx          standard input and output
  lowbit quantize model.json                                  a TensorFlow.js model: model_q8/
  lowbit quantize model.json --bits 4 -o out/                 for load() of @lowbit/tfjs
  lowbit quantize folder --format plain --rest float16        for TensorFlow.js alone: folder_q8/
  lowbit quantize model.keras                                 a model of Keras, for load() of @lowbit/tfjs: model_q8/
  lowbit quantize model.weights.h5 --topology config.json --to onnx
`,
  plan: `
Examples:
  lowbit plan model.onnx --target-size 1.5MB --calibrate photos --image-size 224x224 -o plan.json
  lowbit explain plan.json                                    why each layer gets its bits
  lowbit quantize model.onnx --plan plan.json
`,
  explain: `
Examples:
  lowbit explain plan.json
  lowbit explain plan.json --json
`,
  inspect: `
Examples:
  lowbit inspect model.onnx
  lowbit inspect model.onnx --json | less
  lowbit inspect model_q8/model.json                          also how lowbit packed it
  lowbit inspect out/model.json --plugin ./my-plugin.js       activations are quantized by a method of yours
  lowbit inspect model.keras                                  layers of Keras, and what cannot be read
`,
  import: `
Examples:
  lowbit import model.keras                                   a folder for TensorFlow.js: model_tfjs/
  lowbit import model.h5 -o out/
  lowbit import model.weights.h5 --topology config.json -o out/
  lowbit import model.keras --to onnx                         an ONNX file: model.onnx
  lowbit import model_tfjs/ --to onnx                         the same of a layers model of TensorFlow.js: model_tfjs.onnx
`,
  compare: `
Examples:
  lowbit compare model.onnx model_q8.onnx                     on random inputs, which tell little
  lowbit compare model.onnx model_q8.onnx --dim batch=4 --seed 1 --rounds 50
  lowbit compare a.onnx b.onnx --input x.npy                  an array of samples, for the only input
  lowbit compare a.onnx b.onnx --input x=x.npy state=s.npy    or data.npz with arrays named like the inputs
  lowbit compare a.onnx b.onnx --calibrate photos --image-size 224x224 --image-mean 0.485,0.456,0.406 \\
    --image-deviation 0.229,0.224,0.225 --labels labels.csv   accuracy of both; lines of name,label
  lowbit compare a.onnx b.onnx --calibrate photos --json      for a script
  lowbit compare model.json model_q8/model.json               two TensorFlow.js models
  lowbit compare model.json out/model.json --plugin ./my-plugin.js
  lowbit compare model.keras model_q8                         a model of Keras and what was made of it
`,
  methods: `
Examples:
  lowbit methods
  lowbit methods --plugin ./my-plugin.js                      with those of a file or a package of yours
  lowbit quantize model.onnx --weights ul2q:lambda=paper      a method with an option
`,
  sweep: `
Examples:
  lowbit sweep model.onnx                                     min-max, 2 to 8 bits per channel
  lowbit sweep model.onnx --weights min-max mse --bits 3,4 --granularity channel,group:32 --calibrate photos --report sweep.html
  lowbit sweep model.onnx --calibrate photos --results work   again after an interruption: goes on
  lowbit sweep model.onnx --shard 1/4 -o part1.json           a quarter of it, for any CI; then lowbit merge
  lowbit sweep model.onnx --queue redis://10.0.0.5            workers do it: lowbit worker --queue redis://10.0.0.5
`,
  measure: `
Examples:
  lowbit measure model.onnx --calibrate photos -o measured.json
  lowbit measure model.onnx --calibrate photos --choices 2,3,4,8 --jobs 8 --results work -o measured.json
  lowbit measure model.onnx --calibrate photos --shard 2/4 -o part2.json
  lowbit merge part*.json -o measured.json
`,
  merge: `
Examples:
  lowbit merge part1.json part2.json part3.json -o all.json
  lowbit merge monday tuesday -o both                         folders that --save-calibration wrote
`,
  worker: `
Examples:
  lowbit worker --queue redis://127.0.0.1:6379
  lowbit worker --queue rediss://me:secret@redis.example.com:6380 --jobs 2
`,
} as const;

export const exitStatuses = `
Exit status: 0 done, 1 failed, 2 wrong usage, 130 or 143 cancelled.
`;
