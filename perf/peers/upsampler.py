"""The convolutional upsampler in PyTorch: what FastSeg's engine must equal, and what its speed is measured against.

Weights and inputs are random numbers that follow from names and positions alone, so that both sides make the same ones.

    upsampler.py run --channels 32 --height 45 --width 37 -o out.npy      the whole result, float32, channels x height x width
    upsampler.py goldens tests/data/deep                                  every case of CASES, some values of each
    upsampler.py onnx --channels 32 --height 1008 --width 1008 -o F.onnx  the network at a fixed size, for ONNX Runtime
    upsampler.py time --channels 32 --height 1008 --width 1008            milliseconds a run, best of several
"""

import argparse
import json
import pathlib
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

DOWN = {16: 32, 32: 32, 64: 32, 128: 64, 384: 64}
HIDDEN = {384: 96}

# channels in, channels out, height, width, patch, padding
CASES = [
    (16, 16, 45, 37, 14, "replicate"),
    (32, 32, 59, 71, 14, "replicate"),
    (32, 32, 59, 71, 14, "zeros"),
    (32, 32, 64, 48, 8, "replicate"),
    (32, 32, 67, 51, 16, "zeros"),
    (64, 64, 33, 47, 14, "replicate"),
    (128, 128, 31, 43, 14, "replicate"),
    (384, 384, 45, 29, 14, "replicate"),
    (48, 20, 49, 38, 16, "replicate"),
]
# The settings of the published checkpoints: guidance (255 x - mean) / std, features divided by their L1 norm.
PUBLISHED = (32, 32, 47, 61, 14, "replicate", "published")
KEPT = 2048


def uniform(name, count):
    """count numbers in [-1, 1): SplitMix64 from the FNV-1a hash of the name."""
    with numpy.errstate(over="ignore"):
        seed = numpy.uint64(14695981039346656037)
        for byte in name.encode():
            seed = (seed ^ numpy.uint64(byte)) * numpy.uint64(1099511628211)
        z = seed + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-52 - 1.0


def double_conv(inside, middle, outside, size, padding):
    def convolution(a, b, bias):
        return nn.Conv2d(a, b, size, padding=size // 2, padding_mode=padding, bias=bias)

    block = nn.Module()
    block.double_conv = nn.Sequential(
        convolution(inside, middle, True), nn.BatchNorm2d(middle), nn.LeakyReLU(0.01),
        convolution(middle, outside, False), nn.BatchNorm2d(outside), nn.LeakyReLU(0.01))
    block.forward = block.double_conv.forward
    return block


class Upsampler(nn.Module):
    def __init__(self, channels_in, channels_out, patch, padding, align="corners"):
        super().__init__()
        self.patch = patch
        hidden = HIDDEN.get(channels_in, channels_in)
        down = DOWN.get(channels_in, 32)
        levels = (patch - 1).bit_length()
        widths = [hidden] * levels + [hidden]
        if channels_in != channels_out:
            widths = [hidden + (channels_out - hidden) * i // levels for i in range(levels + 1)]
        zeros = "zeros" if padding == "zeros" else "replicate"

        self.downsampler = nn.Module()
        self.downsampler.downsample_layers = nn.ModuleList()
        for i in range(levels):
            layer = nn.Module()
            layer.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), double_conv(3 if i == 0 else down + 3, down, down, 3, zeros))
            self.downsampler.downsample_layers.append(layer)

        self.upsampler = nn.Module()
        self.upsampler.inp_conv = double_conv(channels_in, hidden, hidden, 5, zeros)
        self.upsampler.upsamples = nn.ModuleList()
        for i in range(levels):
            level = nn.Module()
            inside = widths[i] + down + 3
            level.conv = double_conv(inside, inside, widths[i + 1], 3, zeros)
            level.up = nn.Sequential(
                nn.Upsample(scale_factor=2, mode="bilinear", align_corners=align == "corners"),
                nn.Conv2d(widths[i + 1], widths[i + 1], 3, padding=1, padding_mode=zeros))
            self.upsampler.upsamples.append(level)
        self.upsampler.outp_conv = nn.Conv2d(widths[-1], channels_out, 3, padding=1, padding_mode=zeros)
        self.upsampler.mlp = nn.Conv2d(channels_out, channels_out, 1)

    def forward(self, guidance, features):
        def nearest(x, size):
            return x if tuple(x.shape[2:]) == tuple(size) else functional.interpolate(x, size=size, mode="nearest")

        height, width = int(guidance.shape[2]), int(guidance.shape[3])
        pyramid = []
        x = guidance
        for layer in self.downsampler.downsample_layers:
            y = layer.maxpool_conv(x)
            size = (int(y.shape[2]), int(y.shape[3]))
            x = torch.cat([y, nearest(guidance, size)], dim=1)
            pyramid.append(x)
        pyramid[-1] = nearest(pyramid[-1], (height // self.patch, width // self.patch))

        x = self.upsampler.inp_conv(features)
        for level, guide in zip(self.upsampler.upsamples, reversed(pyramid)):
            x = nearest(x, (int(guide.shape[2]), int(guide.shape[3])))
            x = level.up(level.conv(torch.cat([x, guide], dim=1)))
        return nearest(self.upsampler.mlp(self.upsampler.outp_conv(x)), (height, width))


def fill(network):
    """Weights from their names: convolutions keep the size of what goes through them, batch norms are no identity."""
    modules = dict(network.named_modules())
    for name, tensor in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        values = uniform(name, tensor.numel())
        owner, kind = name.rsplit(".", 1)
        if kind == "weight" and tensor.dim() == 4:
            values = values * numpy.sqrt(3.0 / (tensor.shape[1] * tensor.shape[2] * tensor.shape[3]))
        elif kind == "running_var" or (kind == "weight" and isinstance(modules[owner], nn.BatchNorm2d)):
            values = 1.0 + 0.5 * values
        else:
            values = 0.2 * values
        tensor.copy_(torch.from_numpy(values.astype(numpy.float32)).reshape(tensor.shape))


def build(case, align="corners"):
    channels_in, channels_out, height, width, patch, padding = case[:6]
    published = len(case) > 6
    network = Upsampler(channels_in, channels_out, patch, padding, align).eval()
    with torch.no_grad():
        fill(network)
    image = (0.5 + 0.5 * uniform("image", 3 * height * width)).astype(numpy.float32).reshape(1, 3, height, width)
    features = uniform("features", channels_in * (height // patch) * (width // patch)).astype(numpy.float32)
    mean = numpy.array([0.485, 0.456, 0.406], numpy.float32).reshape(1, 3, 1, 1)
    std = numpy.array([0.229, 0.224, 0.225], numpy.float32).reshape(1, 3, 1, 1)
    guidance = ((255 * image if published else image) - mean) / std
    features = torch.from_numpy(features.reshape(1, channels_in, height // patch, width // patch))
    if published:
        features = functional.normalize(features, p=1, dim=1)
    return network, torch.from_numpy(guidance), features


def run(case, align="corners"):
    network, guidance, features = build(case, align)
    with torch.no_grad():
        return network(guidance, features)[0].numpy()


def golden_name(case):
    return "upsampler-{}-{}-{}x{}-p{}-{}".format(*case) + "".join(f"-{setting}" for setting in case[6:]) + ".npy"


def goldens(folder):
    """KEPT evenly spaced values of each result, behind its smallest and largest."""
    for case in CASES + [PUBLISHED]:
        values = run(case)
        kept = values.reshape(-1)[numpy.linspace(0, values.size - 1, KEPT).astype(numpy.int64)]
        golden = numpy.concatenate([[values.min(), values.max()], kept]).astype(numpy.float32)
        numpy.save(pathlib.Path(folder) / golden_name(case), golden)
        print(golden_name(case), golden[:2])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["run", "goldens", "onnx", "time"])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--channels", type=int, default=32)
    parser.add_argument("--channels-out", type=int)
    parser.add_argument("--height", type=int, default=1008)
    parser.add_argument("--width", type=int, default=1008)
    parser.add_argument("--patch", type=int, default=14)
    parser.add_argument("--padding", default="replicate", choices=["replicate", "zeros"])
    parser.add_argument("--align", default="corners", choices=["corners", "half-pixel"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("-o", "--output")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    case = (options.channels, options.channels_out or options.channels, options.height, options.width, options.patch, options.padding)
    if options.what == "goldens":
        goldens(options.folder)
    elif options.what == "run":
        numpy.save(options.output, run(case, options.align))
    elif options.what == "onnx":
        network, guidance, features = build(case, options.align)
        torch.onnx.export(network, (guidance, features), options.output, opset_version=13,
                          input_names=["guidance", "features"], output_names=["result"])
        print(json.dumps({"versions": {"PyTorch (exporter)": torch.__version__}}))
    else:
        network, guidance, features = build(case, options.align)
        with torch.no_grad():
            seconds = []
            for _ in range(4):
                start = time.perf_counter()
                network(guidance, features)
                seconds.append(time.perf_counter() - start)
        print(f"{min(seconds) * 1000:.0f} ms, {options.height * options.width / min(seconds) / 1e6:.2f} Mpx/s")


if __name__ == "__main__":
    main()
