"""float16 by the two converters of Python, inputs and outputs left in float32.

float16-models.py convert MODEL FOLDER   writes FOLDER/common.onnx and FOLDER/runtime.onnx
float16-models.py run MODEL FILE.json    prints what the model gives when every operator computes in the types that the file says, as JSON
"""

import json
import sys
import warnings

import numpy as np
import onnx

warnings.filterwarnings("ignore")


def convert(source, folder):
    from onnxconverter_common import float16 as common
    from onnxruntime.transformers import float16 as runtime

    for name, converter in (("common", common), ("runtime", runtime)):
        try:
            half = converter.convert_float_to_float16(onnx.load(source), keep_io_types=True)
            onnx.save(half, f"{folder}/{name}.onnx")
        except Exception as error:  # what it throws is its result
            print(f"{name}: {error}", file=sys.stderr)


def run(source, path):
    from onnx.reference import ReferenceEvaluator

    with open(path) as file:
        runs = json.load(file)
    evaluator = ReferenceEvaluator(source)
    results = []
    for feeds in runs:
        given = {name: np.array(one["data"], one["type"]).reshape(one["shape"]) for name, one in feeds.items()}
        (output,) = evaluator.run(None, given)
        finite = np.isfinite(output.astype(np.float32))
        results.append([float(value) if known else None for value, known in zip(output.ravel(), finite.ravel())])
    print(json.dumps(results))


{"convert": convert, "run": run}[sys.argv[1]](*sys.argv[2:])
