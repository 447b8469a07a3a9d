#!/usr/bin/env python3
"""Exports small random vision transformers with tools/export_backbone.py, and what torch makes of an image.

small_vit.py FOLDER writes the backbones FOLDER/fixed, FOLDER/dynamic, FOLDER/dict and FOLDER/scaled, and beside each of them image-N.npy
and tokens-N.npy.
"""
import pathlib
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools"))
import export_backbone  # noqa: E402


class Attention(nn.Module):
    def __init__(self, dimension, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dimension, 3 * dimension)
        self.proj = nn.Linear(dimension, dimension)

    def forward(self, x):
        batch, tokens, dimension = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, dimension // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q @ k.transpose(-2, -1) * (dimension // self.heads) ** -0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, dimension))


class LayerScale(nn.Module):
    def __init__(self, dimension):
        super().__init__()
        self.gamma = nn.Parameter(torch.rand(dimension) + 0.1)

    def forward(self, x):
        return x * self.gamma


class Block(nn.Module):
    def __init__(self, dimension, heads, scaled):
        super().__init__()
        self.ls1, self.ls2 = (LayerScale(dimension), LayerScale(dimension)) if scaled else (nn.Identity(), nn.Identity())
        self.norm1, self.norm2 = nn.LayerNorm(dimension), nn.LayerNorm(dimension)
        self.attn = Attention(dimension, heads)
        self.mlp = nn.Sequential(nn.Linear(dimension, 2 * dimension), nn.GELU(), nn.Linear(2 * dimension, dimension))

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class PatchEmbed(nn.Module):
    def __init__(self, patch, dimension):
        super().__init__()
        self.patch_size = (patch, patch)
        self.proj = nn.Conv2d(3, dimension, patch, patch)

    def forward(self, image):
        return self.proj(image)


class SmallViT(nn.Module):
    """timm's names: patch_embed, cls_token, reg_token, pos_embed, blocks, norm, num_prefix_tokens, forward_features."""

    def __init__(self, patch=14, dimension=24, registers=4, grid=5, scaled=False):
        super().__init__()
        self.embed_dim, self.num_prefix_tokens = dimension, 1 + registers
        self.patch_embed = PatchEmbed(patch, dimension)
        self.cls_token = nn.Parameter(torch.randn(1, 1, dimension))
        self.reg_token = nn.Parameter(torch.randn(1, registers, dimension))
        self.pos_embed = nn.Parameter(torch.randn(1, dimension, grid, grid))
        self.blocks = nn.Sequential(Block(dimension, 3, scaled), Block(dimension, 3, scaled))
        self.norm = nn.LayerNorm(dimension)

    def forward_features(self, image):
        x = self.patch_embed(image)
        x = x + functional.interpolate(self.pos_embed, size=x.shape[2:], mode="bilinear", align_corners=False)
        x = x.flatten(2).transpose(1, 2)
        prefix = torch.cat((self.cls_token, self.reg_token), 1)
        return self.norm(self.blocks(torch.cat((prefix.expand(x.shape[0], -1, -1), x), 1)))


def scaled_vit(patch):
    """The same with layer scale, as DINOv2 has it."""
    return SmallViT(patch, scaled=True)


class DictViT(nn.Module):
    """The same as DINOv2's and DINOv3's own code has it: patch_size, and a dict of tokens."""

    def __init__(self, patch):
        super().__init__()
        self.patch_size = patch
        self.vit = SmallViT(patch)

    def forward_features(self, image):
        tokens, prefix = self.vit.forward_features(image), self.vit.num_prefix_tokens
        return {"x_norm_clstoken": tokens[:, 0], "x_norm_regtokens": tokens[:, 1:prefix], "x_norm_patchtokens": tokens[:, prefix:]}


def patch_tokens(model, image):
    tokens = model.forward_features(image)
    return tokens["x_norm_patchtokens"] if isinstance(tokens, dict) else tokens[:, model.num_prefix_tokens:]


def main(folder):
    torch.manual_seed(1)
    for name, kind, patch, dynamic, sides in (
            ("fixed", SmallViT, 14, False, [(5, 5)]),
            ("dynamic", SmallViT, 16, True, [(5, 5), (3, 8)]),
            ("dict", DictViT, 14, False, [(5, 5)]),
            ("scaled", scaled_vit, 14, False, [(5, 5)])):
        model = kind(patch)
        export_backbone.export(model, pathlib.Path(folder) / name, f"small {name}", 5, dynamic, licence="MIT", source="random weights")
        for i, (rows, columns) in enumerate(sides):
            image = torch.randn(1, 3, rows * patch, columns * patch)
            with torch.no_grad():
                tokens = patch_tokens(model, image)
            numpy.save(pathlib.Path(folder) / name / f"image-{i}.npy", image.numpy())
            numpy.save(pathlib.Path(folder) / name / f"tokens-{i}.npy", tokens.numpy())


if __name__ == "__main__":
    main(sys.argv[1])
