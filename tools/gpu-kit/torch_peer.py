"""The kit's peer: the same filters and the same upsampler in PyTorch, on the same GPU.

Prints a JSON object a line: what, size, seconds (the best of several runs) and pixels; or a note. Ends with code 3 where PyTorch or the
device is not there. Results are not compared with FastSeg's, only times are.

    torch_peer.py [--device cuda|cpu]
"""

import argparse
import json
import math
import sys
import time

try:
    import torch
    from torch.nn import functional
except ImportError as error:
    print(f"PyTorch is not there: {error}")
    sys.exit(3)

SIGMAS = (1, 2, 4, 8, 16)
LINES, LINE_SIDE = 30, 19


def say(**what):
    print(json.dumps(what), flush=True)


def best(action, device, runs):
    """Seconds of the fastest run, after two to warm up."""
    def once():
        start = time.perf_counter()
        action()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - start

    for _ in range(2):
        once()
    return min(once() for _ in range(runs))


def taps(sigma, device):
    radius = int(math.ceil(4 * sigma))
    x = torch.arange(-radius, radius + 1, dtype=torch.float32, device=device)
    kernel = torch.exp(-x * x / (2 * sigma * sigma))
    return kernel / kernel.sum()


def blur(image, kernel):
    radius = kernel.numel() // 2
    along_x = functional.conv2d(functional.pad(image, (radius, radius, 0, 0), mode="replicate"), kernel.view(1, 1, 1, -1))
    return functional.conv2d(functional.pad(along_x, (0, 0, radius, radius), mode="replicate"), kernel.view(1, 1, -1, 1))


def sobel(image, kernels):
    both = functional.conv2d(functional.pad(image, (1, 1, 1, 1), mode="replicate"), kernels)
    return both[:, :1], both[:, 1:]


def derivatives(image, kernels):
    """The seven planes of one scale: the blur, the gradient's magnitude, and five of the Hessian."""
    gx, gy = sobel(image, kernels)
    a, b = sobel(gx, kernels)
    _, d = sobel(gy, kernels)
    root = torch.sqrt((a - d) ** 2 + 4 * b * b)
    trace = a + d
    return [image, torch.sqrt(gx * gx + gy * gy), (trace + root) / 2, (trace - root) / 2,
            torch.sqrt(a * a + b * b + d * d), trace, a * d - b * b]


def line_kernels(device):
    """Lines through the middle of a square, one for each of 30 directions."""
    kernels = torch.zeros(LINES, 1, LINE_SIDE, LINE_SIDE, device=device)
    for i in range(LINES):
        angle = math.pi * i / LINES
        for step in range(-(LINE_SIDE // 2), LINE_SIDE // 2 + 1):
            y, x = round(step * math.sin(angle)), round(step * math.cos(angle))
            kernels[i, 0, LINE_SIDE // 2 + y, LINE_SIDE // 2 + x] = 1
    return kernels / kernels.sum(dim=(2, 3), keepdim=True)


def membrane(image, kernels):
    rim = LINE_SIDE // 2
    lines = functional.conv2d(functional.pad(image, (rim, rim, rim, rim), mode="replicate"), kernels)
    return [lines.sum(1), lines.mean(1), lines.std(1), lines.median(1).values, lines.amax(1), lines.amin(1)]


def filters(side, device, runs):
    image = torch.rand(1, 1, side, side, device=device)
    gaussians = [taps(sigma, device) for sigma in SIGMAS]
    gradient = torch.tensor([[[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]], [[[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]]], device=device)
    lines = line_kernels(device)

    def without_membrane():
        blurs = [blur(image, kernel) for kernel in gaussians]
        planes = [plane for scale in [image, *blurs] for plane in derivatives(scale, gradient)]
        return planes + [a - b for i, a in enumerate(blurs) for b in blurs[:i]]

    def report(what, action):
        say(what=what, size=f"{side} x {side}", seconds=best(action, device, runs), pixels=side * side)

    report("Gaussians, 5 sigmas, separable conv2d", lambda: [blur(image, kernel) for kernel in gaussians])
    report("blurs, derivatives and differences, 52 planes", without_membrane)
    report("the same and the membrane's lines, 58 planes", lambda: without_membrane() + membrane(image, lines))


def upsampler(channels, side, device, runs):
    import upsampler as exported

    network, guidance, features = exported.build((channels, channels, side, side, 14, "replicate"))
    network, guidance, features = network.to(device), guidance.to(device), features.to(device)
    for name, tf32 in (("fp32", False), ("TF32", True)):
        if tf32 and device != "cuda":
            say(note="TF32 exists on GPUs only.")
            continue
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
        seconds = best(lambda: network(guidance, features), device, runs)
        say(what=f"upsampler, k = {channels}, {name}", size=f"{side} x {side}", seconds=seconds, pixels=side * side)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    device = parser.parse_args().device
    if device == "cuda" and not torch.cuda.is_available():
        print(f"PyTorch {torch.__version__} sees no GPU.")
        sys.exit(3)
    quick = device == "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU, small images"
    say(note=f"PyTorch {torch.__version__} on {name}; its results are not compared with ours.")
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    runs = 1 if quick else 5
    with torch.no_grad():
        filters(64 if quick else 2048, device, runs)
        upsampler(32, 28 if quick else 1008, device, runs)


main()
