"""Quantizes a graph as the script of transformers.js does: MatMul in 4 bits, symmetric, blocks of 32; dynamic 8 bits; NF4 in blocks of 64.

quantize.py MODEL FOLDER writes FOLDER/python_q4.onnx, FOLDER/python_q8.onnx and FOLDER/python_bnb4.onnx.
"""

import sys

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_bnb4_quantizer import MatMulBnb4Quantizer
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

source, folder = sys.argv[1:]
blocks = MatMulNBitsQuantizer(onnx.load(source), block_size=32, is_symmetric=True, accuracy_level=None)
blocks.process()
onnx.save(blocks.model.model, f"{folder}/python_q4.onnx")
floats = MatMulBnb4Quantizer(onnx.load(source), MatMulBnb4Quantizer.NF4, 64)
floats.process()
onnx.save(floats.model.model, f"{folder}/python_bnb4.onnx")
unsigned = any(node.op_type == "Conv" for node in onnx.load(source).graph.node)
quantize_dynamic(
    source,
    f"{folder}/python_q8.onnx",
    weight_type=QuantType.QUInt8 if unsigned else QuantType.QInt8,
    extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
)
