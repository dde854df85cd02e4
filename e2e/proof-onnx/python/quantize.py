"""Quantizes one ONNX file with Python's onnxruntime, in the way that its documentation recommends.

    quantize.py KIND SOURCE RESULT [CALIBRATION.npz ...]

KIND is static-min-max, static-percentile, dynamic, bare-dynamic or n-bits. Each .npz is one calibration batch: input name to array.
Static and dynamic quantization are preceded by quant_pre_process (constants to initializers, fusions), and files older
than opset 13 are converted to it, since scales per channel need it; bare-dynamic is quantize_dynamic alone, with its defaults.
"""

import os
import sys
import tempfile


def main(kind: str, source: str, result: str, batches: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        if kind == "n-bits":
            n_bits(source, result)
        elif kind == "bare-dynamic":
            dynamic(source, result, per_channel=False)
        else:
            prepare(source, prepared)
            dynamic(prepared, result, per_channel=True) if kind == "dynamic" else static(kind, prepared, result, batches)


def prepare(source: str, prepared: str) -> None:
    import onnx
    from onnxruntime.quantization.shape_inference import quant_pre_process

    model = onnx.load(source)
    if model.opset_import[0].version < 13:
        source = f"{prepared}.raised"
        onnx.save(onnx.version_converter.convert_version(model, 13), source)
    quant_pre_process(source, prepared, skip_symbolic_shape=True)


def static(kind: str, prepared: str, result: str, batches: list[str]) -> None:
    import numpy
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, quantize_static

    class Batches(CalibrationDataReader):
        def __init__(self) -> None:
            self.paths = iter(batches)

        def get_next(self):
            path = next(self.paths, None)
            return None if path is None else dict(numpy.load(path))

    method = CalibrationMethod.MinMax if kind == "static-min-max" else CalibrationMethod.Percentile
    quantize_static(
        prepared, result, Batches(), quant_format=QuantFormat.QDQ, per_channel=True, calibrate_method=method
    )


def dynamic(prepared: str, result: str, per_channel: bool) -> None:
    from onnxruntime.quantization import quantize_dynamic

    quantize_dynamic(prepared, result, per_channel=per_channel)


def n_bits(source: str, result: str) -> None:
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(onnx.load(source), bits=4, block_size=32, is_symmetric=False)
    quantizer.process()
    quantizer.model.save_model_to_file(result)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
