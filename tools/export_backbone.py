#!/usr/bin/env python3
"""Turns a vision transformer of timm or torch.hub into a backbone folder for `fastseg train --deep FOLDER`.

It runs on your own machine, with torch (1.13 or later) and timm or network access for torch.hub:

    export_backbone.py --timm vit_small_patch14_reg4_dinov2.lvd142m -o models/dinov2-small      DINOv2 with registers
    export_backbone.py --timm vit_small_patch16_dinov3.lvd1689m --window 32 -o models/dinov3-small   DINOv3
    export_backbone.py --hub facebookresearch/dinov2 dinov2_vits14_reg -o models/dinov2-small   DINOv2, Meta's own code
    export_backbone.py --hub facebookresearch/dinov3 dinov3_vits16 --weights FILE.pth --window 32 -o models/dinov3-small

The network takes images of one size, --window patches a side (FastSeg covers larger ones with overlapping windows), because most
vision transformers bake their position table in when they are traced. --dynamic exports any size, for networks whose code computes
positions from the image's size with tensor operations; the result is then compared with torch at a second size. The comparison needs the
Python package onnxruntime; without it, `fastseg info FOLDER` still checks shapes and hashes.

The folder gets backbone.onnx and backbone.json. Mind the weights' licence: it is copied into the JSON where timm knows it.
"""
import argparse
import hashlib
import inspect
import json
import pathlib
import sys

import torch

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
OPSET = 17
TOLERANCE = 1e-3


class Tokens(torch.nn.Module):
    """All tokens of the last layer, after its norm: batch x tokens x dimension."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        features = self.model.forward_features(image)
        # DINOv2's and DINOv3's own code return a dict; timm returns the tokens, prefix first.
        return features["x_norm_patchtokens"] if isinstance(features, dict) else features


def patch_of(model):
    size = model.patch_embed.patch_size if hasattr(model, "patch_embed") else model.patch_size
    rows, columns = size if isinstance(size, (tuple, list)) else (size, size)
    if rows != columns:
        sys.exit(f"patches of {rows} x {columns} pixels: FastSeg takes square patches only.")
    return int(rows)


def prefix_of(model, image):
    """Tokens in front of the patches' (class and register tokens)."""
    with torch.no_grad():
        if isinstance(model.forward_features(image), dict):
            return 0
    return int(getattr(model, "num_prefix_tokens", 1 if getattr(model, "cls_token", None) is not None else 0))


def compare(module, path, sides):
    """Largest difference between torch and ONNX Runtime over images of these sides; None without the package."""
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for rows, columns in sides:
        image = torch.randn(1, 3, rows, columns)
        with torch.no_grad():
            expected = module(image)
        found = torch.from_numpy(session.run(["tokens"], {"image": image.numpy()})[0])
        if found.shape != expected.shape:
            sys.exit(
                f"the exported network gives {tuple(found.shape)} for {rows} x {columns} pixels, torch {tuple(expected.shape)}: "
                "export it without --dynamic.")
        worst = max(worst, float((found - expected).abs().max()))
    return worst


def export(model, folder, name, window, dynamic=False, mean=IMAGENET_MEAN, std=IMAGENET_STD, licence="", source="", flip_average=False):
    """Writes the folder; returns the JSON's content."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model = model.eval().float().cpu()
    patch = patch_of(model)
    side = window * patch
    image = torch.zeros(1, 3, side, side)
    module = Tokens(model)
    with torch.no_grad():
        shape = module(image).shape
    prefix = prefix_of(model, image)
    if len(shape) != 3 or shape[1] != prefix + window * window:
        sys.exit(
            f"the network gives {tuple(shape)} for {window} x {window} patches and {prefix} prefix tokens: "
            "batch x tokens x dimension is needed.")

    path = folder / "backbone.onnx"
    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    if dynamic:
        options["dynamic_axes"] = {"image": {0: "batch", 2: "rows", 3: "columns"}, "tokens": {0: "batch", 1: "tokens"}}
    with torch.no_grad():
        torch.onnx.export(module, image, str(path), input_names=["image"], output_names=["tokens"], opset_version=OPSET, **options)
    sides = [(side, side)] + ([(side - patch, side + 2 * patch)] if dynamic else [])
    difference = compare(module, path, sides)
    if difference is not None and difference > TOLERANCE:
        sys.exit(
            f"the exported network differs from torch by {difference:.2g}: "
            "export it without --dynamic, or with another version of torch.")

    files = sorted(file for file in folder.iterdir() if file.is_file() and file.name.startswith("backbone.onnx"))
    content = {
        "name": name, "input": "image", "output": "tokens", "layout": "tokens",
        "patch": patch, "dimension": int(shape[2]), "prefixTokens": prefix,
        "mean": list(mean), "std": list(std), "windowTokens": window, "flipAverage": flip_average, "licence": licence, "source": source,
        "sha256": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}}
    (folder / "backbone.json").write_text(json.dumps(content, indent=1) + "\n")
    if difference is None:
        print("not compared with torch: onnxruntime is not installed")
    else:
        print(f"largest difference from torch: {difference:.2g}")
    return content


def from_timm(name, window, weights, dynamic):
    import timm

    patch = patch_of(timm.create_model(name, pretrained=False, num_classes=0))
    options = {"dynamic_img_size": True} if dynamic else {"img_size": window * patch}
    if weights:
        options["pretrained_cfg_overlay"] = {"file": weights}
    model = timm.create_model(name, pretrained=True, num_classes=0, **options)
    about = getattr(model, "pretrained_cfg", {})
    return model, {
        "mean": about.get("mean", IMAGENET_MEAN), "std": about.get("std", IMAGENET_STD), "licence": about.get("license") or "",
        "source": f"timm {timm.__version__}, {name}"}


def from_hub(repository, name, weights):
    options = {"weights": weights} if weights else {}
    return torch.hub.load(repository, name, **options), {"source": f"torch.hub, {repository}, {name}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    origin = parser.add_mutually_exclusive_group(required=True)
    origin.add_argument(
        "--timm", metavar="NAME",
        help="a timm model, such as vit_small_patch14_reg4_dinov2.lvd142m or vit_small_patch16_dinov3.lvd1689m")
    origin.add_argument(
        "--hub", nargs=2, metavar=("REPOSITORY", "NAME"),
        help="a torch.hub model, such as facebookresearch/dinov2 dinov2_vits14_reg")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="the backbone folder to write")
    parser.add_argument("--weights", metavar="FILE", help="weights you fetched yourself (DINOv3's need an agreement)")
    parser.add_argument("--window", type=int, default=37, help="patches of a window's side (37: DINOv2's 518 pixels)")
    parser.add_argument("--dynamic", action="store_true", help="export for any image size instead of one")
    parser.add_argument(
        "--flip-average", action="store_true",
        help="average tokens over the four flips: four times the work, less positional bias")
    arguments = parser.parse_args()
    if arguments.timm:
        name = arguments.timm
        model, about = from_timm(name, arguments.window, arguments.weights, arguments.dynamic)
    else:
        name = arguments.hub[1]
        model, about = from_hub(*arguments.hub, arguments.weights)
    content = export(model, arguments.output, name, arguments.window, arguments.dynamic, flip_average=arguments.flip_average, **about)
    print(
        f"{arguments.output}: {content['name']}, patch {content['patch']}, {content['dimension']} numbers a token, "
        f"{content['prefixTokens']} prefix tokens")


if __name__ == "__main__":
    main()
