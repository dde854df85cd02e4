"""Quantizes the MatMuls of one ONNX file to 4 bits in blocks of 32 with Python's onnxruntime.

    quantize_blocks.py CONFIGURATION SOURCE RESULT [CALIBRATION.npz ...]

CONFIGURATION is default, symmetric, hqq, k-quant, rtn or gptq; gptq reads the calibration batches: input name to array.
"""

import sys

import numpy
import onnx
from onnxruntime.quantization import CalibrationDataReader
from onnxruntime.quantization import matmul_nbits_quantizer as nbits

BLOCK = 32


class Batches(CalibrationDataReader):
    def __init__(self, paths):
        self.batches = iter([dict(numpy.load(path)) for path in paths])

    def get_next(self):
        return next(self.batches, None)


def algorithm(configuration, paths):
    if configuration == "hqq":
        return nbits.HQQWeightOnlyQuantConfig(block_size=BLOCK, bits=4)
    if configuration == "k-quant":
        return nbits.KQuantWeightOnlyQuantConfig()
    if configuration == "rtn":
        return nbits.RTNWeightOnlyQuantConfig()
    if configuration == "gptq":
        return nbits.GPTQWeightOnlyQuantConfig(Batches(paths), block_size=BLOCK)
    return None


def with_initializers(model):
    """Values of Constant nodes as initializers: the quantizer sees only those."""
    graph = model.graph
    for node in [node for node in graph.node if node.op_type == "Constant" and node.attribute[0].name == "value"]:
        tensor = node.attribute[0].t
        tensor.name = node.output[0]
        graph.initializer.append(tensor)
        graph.node.remove(node)
    return model


def main(configuration, source, result, *paths):
    quantizer = nbits.MatMulNBitsQuantizer(
        with_initializers(onnx.load(source)),
        bits=4,
        block_size=BLOCK,
        is_symmetric=configuration == "symmetric",
        algo_config=algorithm(configuration, paths),
    )
    quantizer.process()
    model = quantizer.model
    onnx.save(model.model if hasattr(model, "model") else model, result)


main(*sys.argv[1:])
