#!/usr/bin/env python3
"""Writes small upsampler checkpoints with torch.save, for the tests of the reader that executes nothing.

make_checkpoints.py FOLDER

The modules' names are those of the published checkpoints. Every value is a function of its position in the tensor, exact in every
type: ((7 i) mod 97 - 48) / 64, and ((7 i) mod 97 + 1) / 64 for variances.
"""
import math
import sys
from pathlib import Path

import torch
from torch import nn


def double_conv(inputs, between, outputs, kernel):
    return nn.Sequential(
        nn.Conv2d(inputs, between, kernel), nn.BatchNorm2d(between), nn.LeakyReLU(),
        nn.Conv2d(between, outputs, kernel, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU())


def named(**children):
    module = nn.Module()
    for name, child in children.items():
        setattr(module, name, child)
    return module


def network(channels_in, hidden, channels_out, down, patch):
    levels = math.ceil(math.log2(patch))
    downs = [named(maxpool_conv=nn.Sequential(nn.MaxPool2d(2), named(double_conv=double_conv(3 if i == 0 else down + 3, down, down, 3))))
             for i in range(levels)]
    widths = [hidden] * levels
    if channels_in != channels_out:
        widths = [math.floor(hidden + i * (channels_out - hidden) / (levels - 1)) for i in range(levels)]
    ups = []
    for i, width in enumerate(widths):
        inputs = (hidden if i == 0 else widths[i - 1]) + down + 3
        doubling = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3))
        ups.append(named(conv=named(double_conv=double_conv(inputs, inputs, width, 3)), up=doubling))
    return named(
        downsampler=named(downsample_layers=nn.ModuleList(downs)),
        upsampler=named(
            inp_conv=named(double_conv=double_conv(channels_in, hidden, hidden, 5)), upsamples=nn.ModuleList(ups),
            outp_conv=nn.Conv2d(widths[-1], channels_out, 3), mlp=nn.Conv2d(channels_out, channels_out, 1)))


def checkpoint(name, channels_in, hidden, channels_out, down, patch, padding, dtype):
    net = network(channels_in, channels_in if hidden == -1 else hidden, channels_out, down, patch).to(dtype)
    state = net.state_dict()
    for key, tensor in state.items():
        if tensor.is_floating_point():
            values = (7 * torch.arange(tensor.numel())) % 97 + (1 if key.endswith("running_var") else -48)
            tensor.copy_((values.double() / 64).reshape(tensor.shape))
    config = {
        "name": name, "k": 3, "n_ch_in": channels_in, "n_ch_hidden": hidden, "n_ch_out": channels_out, "n_ch_guidance": 3,
        "n_ch_downsampler": down, "feat_weight": -1, "patch_size": patch, "padding_mode": padding, "weights_init": "default"}
    return {"config": config, "weights": state}


def main(folder):
    folder = Path(folder)
    torch.save(checkpoint("tiny", 2, -1, 2, 2, 4, "replicate", torch.float32), folder / "checkpoint-float.pth")
    torch.save(checkpoint("tiny half", 2, -1, 2, 2, 4, "zeros", torch.float16), folder / "checkpoint-half.pth")
    torch.save(checkpoint("tiny bfloat16", 2, -1, 2, 2, 4, "zeros", torch.bfloat16), folder / "checkpoint-bfloat16.pth")
    torch.save(checkpoint("tiny narrowing", 4, 3, 1, 2, 5, "replicate", torch.float64), folder / "checkpoint-double.pth")
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    views = {
        "transposed": base.t(), "part": base[1:, ::2], "same": base, "scalar": base[2, 3], "empty": base[:0],
        "counts": torch.tensor([1, -2]),
    }
    torch.save({"config": {"list": [1, 2.5, "x", None, True, (1, 2, 3, 4)]}, "weights": views}, folder / "checkpoint-views.pth")
    torch.save({"config": {}, "weights": {"a": base}}, folder / "checkpoint-old.pth", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main(sys.argv[1])
