"""Writes v2.zip: small stores of Zarr version 2, made by zarr-python (2.13.6) and numcodecs. Run with Debian's python3-zarr.

Every sample is a formula of its place, which the tests know: value().
"""

import json
import pathlib
import shutil
import sys
import tempfile
import zipfile

import numcodecs
import numpy
import zarr


def value(shape, names, dtype):
    """t, c, z, y and x times 31, 29, 13, 7 and 3, modulo 251; floats are eighths of it, less 10."""
    weights = {"t": 31, "c": 29, "z": 13, "y": 7, "x": 3}
    places = numpy.indices(shape)
    number = sum(weights[name] * place for name, place in zip(names, places)) % 251
    kind = numpy.dtype(dtype).kind
    if kind == "f":
        return (number / 8 - 10).astype(dtype)
    if kind == "b":
        return (number % 2).astype(dtype)
    return (number - (100 if kind == "i" else 0)).astype(dtype)


def multiscales(names, levels, version="0.4", unit="nanometer", size=2.5):
    kinds = {"t": "time", "c": "channel", "z": "space", "y": "space", "x": "space"}
    axes = [{"name": n, "type": kinds[n], **({"unit": unit} if kinds[n] == "space" else {})} for n in names]
    datasets = [
        {
            "path": str(i),
            "coordinateTransformations": [
                {"type": "scale", "scale": [size * 2**i if n in "yx" else 1.0 for n in names]}
            ],
        }
        for i in range(levels)
    ]
    return [{"version": version, "name": "made", "axes": axes, "datasets": datasets}]


def image(folder, name, shape, names, dtype, levels=1, omero=None, **how):
    group = zarr.open_group(str(folder / name), mode="w")
    for i in range(levels):
        size = tuple(-(-n // 2**i) if names[a] in "yx" else n for a, n in enumerate(shape))
        array = group.create_dataset(str(i), shape=size, dtype=dtype, **how)
        array[...] = value(size, names, dtype)
    group.attrs["multiscales"] = multiscales(names, levels)
    if omero:
        group.attrs["omero"] = omero
    return group


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    blosc = numcodecs.Blosc
    plain = {"chunks": (16, 24), "dimension_separator": "/"}
    for name, compressor in {
        "none": None,
        "zlib": numcodecs.Zlib(1),
        "gzip": numcodecs.GZip(5),
        "zstd": numcodecs.Zstd(3),
        "lz4": blosc("lz4", 5, blosc.SHUFFLE),
        "lz4hc": blosc("lz4hc", 5, blosc.BITSHUFFLE),
        "blosczstd": blosc("zstd", 3, blosc.BITSHUFFLE),
        "blosczlib": blosc("zlib", 5, blosc.NOSHUFFLE),
    }.items():
        image(folder, name, (37, 61), "yx", "<u2", compressor=compressor, **plain)
    # Blocks of 256 bytes, so that frames have several and a shorter last one.
    image(folder, "blocks", (37, 61), "yx", "<u2", compressor=blosc("lz4", 5, blosc.SHUFFLE, 4096), chunks=(37, 61))
    image(folder, "bigblosc", (37, 61), "yx", ">f4", compressor=blosc("zstd", 5, blosc.BITSHUFFLE, 2048), chunks=(36, 61))
    for dtype in ["|b1", "|u1", "|i1", ">u2", "<i2", "<u4", ">i4", "<u8", ">i8", "<f2", ">f4", "<f8"]:
        image(folder, "type_" + numpy.dtype(dtype).name, (9, 14), "yx", dtype, compressor=numcodecs.Zlib(1), chunks=(9, 14))
    # Separators, orders, axes, levels.
    image(folder, "dots_f", (37, 61), "yx", "|u1", compressor=None, chunks=(16, 24), order="F", dimension_separator=".")
    omero = {"channels": [{"label": n, "color": c} for n, c in (("DAPI", "0000FF"), ("SE\u0007", "00FF00"), ("BSE", "FF0000"))]}
    image(
        folder, "tczyx", (2, 3, 4, 21, 19), "tczyx", "<u2", levels=2, omero=omero, compressor=blosc("lz4", 5, blosc.SHUFFLE),
        chunks=(1, 2, 3, 8, 8), dimension_separator="/")
    rgb = {"channels": [{"label": n, "color": c} for n, c in (("r", "FF0000"), ("g", "00FF00"), ("b", "0000FF"))]}
    image(folder, "yxc", (21, 19, 3), "yxc", "|u1", omero=rgb, compressor=numcodecs.Zlib(1), chunks=(8, 8, 3))
    image(folder, "levels", (37, 61), "yx", "|u1", levels=4, compressor=numcodecs.Zlib(1), chunks=(16, 16))
    # Absent chunks.
    group = zarr.open_group(str(folder / "holes"), mode="w")
    array = group.create_dataset("0", shape=(20, 20), chunks=(8, 8), dtype=">i2", fill_value=-7, compressor=numcodecs.Zlib(1))
    array[8:16, 8:16] = value((8, 8), "yx", ">i2")
    group.attrs["multiscales"] = multiscales("yx", 1, unit="micrometer", size=0.5)
    # What is no image itself.
    image(folder, "series/0", (9, 14), "yx", "|u1", compressor=None, chunks=(9, 14))
    image(folder, "series/1", (9, 14), "yx", "|u1", compressor=None, chunks=(9, 14))
    zarr.open_group(str(folder / "series")).attrs["bioformats2raw.layout"] = 3
    plate = zarr.open_group(str(folder / "plate"), mode="w")
    plate.attrs["plate"] = {"wells": [{"path": "A/1"}], "rows": [{"name": "A"}], "columns": [{"name": "1"}], "version": "0.4"}
    zarr.open_group(str(folder / "plate/A/1"), mode="w").attrs["well"] = {"images": [{"path": "0"}], "version": "0.4"}
    image(folder, "plate/A/1/0", (9, 14), "yx", "|u1", compressor=None, chunks=(9, 14))
    # What is refused.
    plain["chunks"] = (9, 14)
    for name, dtype, more in (
        ("complex", "<c8", {}),
        ("structured", [("a", "<u2"), ("b", "<f4")], {}),
        ("text", "<U4", {}),
        ("filtered", "<u2", {"filters": [numcodecs.Delta("<u2")]}),
        ("bz2", "<u2", {"compressor": numcodecs.BZ2(1)}),
        ("blosclz", "<u2", {"compressor": blosc("blosclz", 5, blosc.SHUFFLE)}),
    ):
        group = zarr.open_group(str(folder / name), mode="w")
        group.create_dataset("0", shape=(9, 14), dtype=dtype, **{"compressor": None, **plain, **more})[...] = numpy.zeros((9, 14), dtype)
        group.attrs["multiscales"] = multiscales("yx", 1)
    pack(folder, pathlib.Path(__file__).with_name("v2.zip"))


def pack(folder, target):
    """The same bytes every time: names in order, one date."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    shutil.rmtree(folder)
    print(target, target.stat().st_size, json.dumps({"zarr": zarr.__version__, "numcodecs": numcodecs.__version__}), file=sys.stderr)


if __name__ == "__main__":
    main()
