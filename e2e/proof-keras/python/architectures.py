"""Builds larger models in Keras 3 with weights of their own, saves them, and tells what Keras computes: python architectures.py FOLDER

Weights are seeded and scaled layer by layer, so that what every layer with a kernel or a gamma gives has variance 1 for the model's input.
Statistics, gammas and biases are random. For each model the folder gets `NAME.keras`, for some also `NAME.h5`, and `NAME.json`: inputs and
outputs before the final softmax as base64 of float32 or int32, and the range of the variances that were reached.
"""
import base64
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy

L = keras.layers
folder = sys.argv[1]


def text_model():
    start = L.Input((24,), dtype="int32", name="tokens")
    value = L.Embedding(500, 32, mask_zero=True, name="embedding")(start)
    value = L.Bidirectional(L.LSTM(24, return_sequences=True), name="lstm")(value)
    value = L.Bidirectional(L.GRU(20), name="gru")(value)
    value = L.Dense(16, activation="gelu", name="hidden")(value)
    return keras.Model(start, L.Dense(5, name="logits")(value), name="bidirectional_lstm")


def transformer():
    start = L.Input((16,), dtype="int32", name="tokens")
    value = L.Embedding(300, 32, name="embedding")(start)
    for i in range(2):
        attended = L.MultiHeadAttention(num_heads=4, key_dim=12, name=f"attention_{i}")(value, value)
        value = L.LayerNormalization(epsilon=1e-3, name=f"norm_{i}a")(L.Add(name=f"add_{i}a")([value, attended]))
        inner = L.Dense(48, name=f"out_{i}")(L.Dense(64, activation="gelu", name=f"in_{i}")(value))
        inner = L.Dropout(0.1, name=f"drop_{i}")(L.Dense(32, name=f"back_{i}")(inner))
        value = L.LayerNormalization(epsilon=1e-3, name=f"norm_{i}b")(L.Add(name=f"add_{i}b")([value, inner]))
    value = L.GlobalAveragePooling1D(name="mean")(value)
    return keras.Model(start, L.Dense(7, name="logits")(value), name="transformer")


def unet():
    def block(value, filters, name):
        for i in range(2):
            value = L.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv{i}")(value)
            value = L.Activation("swish", name=f"{name}_act{i}")(L.BatchNormalization(name=f"{name}_norm{i}")(value))
        return value

    start = L.Input((48, 40, 3), name="picture")
    value, kept = L.Rescaling(1 / 50, offset=-2.5, name="scale")(start), []
    for i, filters in enumerate((8, 12, 20)):
        value = block(value, filters, f"down{i}")
        kept.append(value)
        padded = L.ZeroPadding2D(((0, 1), (0, 1)), name=f"pad{i}")(value)
        value = L.Conv2D(filters + 2, 3, strides=2, name=f"half{i}")(padded)
    value = block(value, 28, "middle")
    for i, filters in reversed(list(enumerate((8, 12, 20)))):
        value = L.Conv2DTranspose(filters, 2, strides=2, padding="same", name=f"up{i}")(value)
        value = block(L.Concatenate(name=f"join{i}")([kept[i], value]), filters, f"up{i}_block")
    return keras.Model(start, L.Conv2D(4, 1, name="logits")(value), name="unet")


def application(name, side, **more):
    def build():
        make = getattr(keras.applications, name)
        return make(input_shape=(side, side, 3), weights=None, classes=50, classifier_activation=None, **more)

    return build


models = {
    "mobilenet-v2": (application("MobileNetV2", 64), ["h5"]),
    "mobilenet-v3": (application("MobileNetV3Small", 64), []),
    "resnet50": (application("ResNet50", 48), ["h5"]),
    "efficientnet-b0": (application("EfficientNetB0", 48), []),
    "bidirectional-lstm": (text_model, ["h5"]),
    "transformer": (transformer, ["h5"]),
    "u-net": (unet, ["h5"]),
}


def leaves(layer):
    inner = layer._flatten_layers(include_self=False, recursive=True) if hasattr(layer, "_flatten_layers") else []
    return [each for each in [layer, *inner] if each._trainable_variables or each._non_trainable_variables]


def randomize(layer, random):
    for variable in layer.weights:
        shape, name = variable.shape, variable.name
        if "seed" in name:
            continue
        if "variance" in name:
            value = random.uniform(0.7, 1.4, shape)
        elif "gamma" in name:
            value = 1 + 0.2 * random.normal(size=shape)
        elif "beta" in name:
            # Most of a channel passes a rectifier, as in trained networks: those with beta 0 amplify every rounding, layer by layer.
            value = 1 + 0.3 * random.normal(size=shape)
        elif "kernel" in name or "embeddings" in name:
            fan = numpy.prod(shape[:-1]) if "embeddings" not in name else 1
            value = random.uniform(-1, 1, shape) * numpy.sqrt(3 / fan)
        else:
            value = 0.3 * random.normal(size=shape)
        variable.assign(value)


def scaled(layer, scale):
    """Multiplies what a layer without an activation gives."""
    for variable in layer.weights:
        if variable.name in ("kernel", "depthwise_kernel", "bias", "gamma", "beta", "embeddings"):
            variable.assign(variable.numpy() * scale)


def follow_statistics(layer, values):
    """Statistics near those of the input, as after training; otherwise one layer in a hundred would amplify without bound."""
    axes = tuple(range(values.ndim - 1))
    for variable in layer.weights:
        if variable.name == "moving_mean":
            variable.assign(values.mean(axes) + 0.3 * values.std(axes) * variable.numpy())
        if variable.name == "moving_variance":
            variable.assign((values.var(axes) + 0.1 * values.var()) * variable.numpy())


def example(start, random, count):
    """Tokens of which the second half is padding in every other row, or pictures that are smooth but for some noise."""
    shape = (count, *start.shape[1:])
    if "int" in str(start.dtype):
        tokens = random.integers(1, 300, shape).astype("int32")
        tokens[1::2, shape[1] // 2:] = 0
        return tokens
    coarse = random.normal(size=(count, 5, 5, shape[-1]))
    smooth = keras.ops.image.resize(coarse + random.normal(size=(count, 1, 1, shape[-1])), shape[1:3], interpolation="bicubic")
    values = numpy.asarray(smooth) + 0.2 * random.normal(size=shape)
    return numpy.clip(128 + 50 * values, 0, 255).astype("float32")


def initialize(model, inputs, random):
    """Random weights for all layers, each scaled by what it gives for the inputs, in the order in which they are computed."""
    variances = []

    def call(layer, *args, **kwargs):
        if isinstance(layer, L.Normalization) or not getattr(layer, "weights", None):
            return layer(*args, **kwargs)
        randomize(layer, random)
        if isinstance(layer, L.BatchNormalization):
            follow_statistics(layer, numpy.asarray(args[0]))
        activation, layer.activation = getattr(layer, "activation", None), None
        plain = isinstance(layer, (L.Dense, L.BatchNormalization, L.LayerNormalization, L.Embedding)) or "Conv" in type(layer).__name__
        if not plain:
            layer.activation = activation
            return layer(*args, **kwargs)
        scaled(layer, 1 / numpy.asarray(layer(*args, **kwargs)).std())
        variances.append(float(numpy.asarray(layer(*args, **kwargs)).var()))
        layer.activation = activation
        return layer(*args, **kwargs)

    model._run_through_graph(inputs, operation_fn=lambda layer: layer, call_fn=call)
    return variances


def packed(array):
    return {"shape": list(array.shape), "type": str(array.dtype), "data": base64.b64encode(array.tobytes()).decode()}


def write(name, build, endings, seed):
    random = numpy.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    model = build()
    (start,) = model.inputs
    variances = initialize(model, example(start, random, 32), random)
    inputs = example(start, random, 2)
    outputs = numpy.asarray(model.predict(inputs, verbose=0))
    for ending in ["keras", *endings]:
        model.save(os.path.join(folder, f"{name}.{ending}"))
    golden = {"version": keras.__version__, "parameters": model.count_params(), "inputs": packed(inputs), "outputs": packed(outputs),
              "variances": [min(variances), max(variances)]}
    with open(os.path.join(folder, f"{name}.json"), "w") as file:
        json.dump(golden, file)
    print(name, model.count_params(), golden["variances"], outputs.std(), flush=True)


os.makedirs(folder, exist_ok=True)
for i, (name, (build, endings)) in enumerate(models.items()):
    keras.backend.clear_session()
    write(name, build, endings, i + 1)
