"""Trains the network of e2e/proof-tfjs in Keras 3 on Fashion-MNIST, and saves it: python fashion_mnist.py fashion-mnist.keras [FOLDER WITH THE DATA]

Pictures come with mean 0 and deviation 1, as e2e/proof-tfjs gives them.
"""
import gzip
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy

target, folder = sys.argv[1], (sys.argv[2:] or ["/usr/share/datasets/fashion-mnist"])[0]
L = keras.layers


def part(name):
    with gzip.open(os.path.join(folder, f"{name}-images-idx3-ubyte.gz")) as file:
        pixels = numpy.frombuffer(file.read(), "uint8", offset=16).reshape(-1, 28, 28, 1)
    with gzip.open(os.path.join(folder, f"{name}-labels-idx1-ubyte.gz")) as file:
        labels = numpy.frombuffer(file.read(), "uint8", offset=8)
    return ((pixels / 255 - 0.286) / 0.353).astype("float32"), labels


def network():
    model = keras.Sequential([L.Input((28, 28, 1), name="pictures")], name="fashion_mnist")
    for i, (filters, size, strides, pools) in enumerate(((16, 5, 2, False), (32, 3, 1, True), (32, 3, 1, False), (64, 3, 1, True)), 1):
        model.add(L.Conv2D(filters, size, strides=strides, padding="same", use_bias=False, name=f"conv{i}"))
        if pools:
            model.add(L.MaxPooling2D(2, name=f"pool{i}"))
        model.add(L.BatchNormalization(name=f"norm{i}"))
        model.add(L.ReLU(name=f"relu{i}"))
    model.add(L.Flatten(name="flat"))
    model.add(L.Dense(10, activation="softmax", name="classes"))
    return model


keras.utils.set_random_seed(1)
model = network()
model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
rates = keras.callbacks.LearningRateScheduler(lambda epoch: (2e-3, 1e-3, 3e-4)[epoch])
model.fit(*part("train"), batch_size=128, epochs=3, verbose=2, callbacks=[rates])
print(model.evaluate(*part("t10k"), batch_size=500, verbose=0))
# Without the state of the optimizer, which a file of a trained model carries.
bare = network()
bare.set_weights(model.get_weights())
bare.save(target)
