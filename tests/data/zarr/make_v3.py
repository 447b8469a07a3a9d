"""Writes v3.zip: small stores of Zarr version 3, put together after its specification with numpy, and numcodecs for the compressors.

Debian's zarr-python (2.13.6) does not write the final version 3, so this script does: chunk grids, codecs in their order, shards with their
index. Samples are those of make_v2.value().
"""

import json
import pathlib
import struct
import tempfile

import numcodecs
import numpy

from make_v2 import multiscales, pack, value


def crc32c(data):
    """Castagnoli's CRC-32, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def encode(chunk, codecs):
    """Applies codecs from the first to the last."""
    data = chunk
    for codec in codecs:
        name, how = codec["name"], codec.get("configuration", {})
        if name == "transpose":
            data = data.transpose(how["order"])
        elif name == "bytes":
            kind = {"little": "<", "big": ">"}[how.get("endian", "little")]
            data = data.astype(data.dtype.newbyteorder(kind)).tobytes()
        elif name == "gzip":
            data = numcodecs.GZip(how["level"]).encode(data)
        elif name == "zstd":
            data = numcodecs.Zstd(how["level"]).encode(data)
        elif name == "blosc":
            shuffle = {"noshuffle": 0, "shuffle": 1, "bitshuffle": 2}[how["shuffle"]]
            items = numpy.frombuffer(data, f"V{how['typesize']}" if how["typesize"] > 1 else "u1")
            data = numcodecs.Blosc(how["cname"], how["clevel"], shuffle, how["blocksize"]).encode(items)
        elif name == "crc32c":
            data = bytes(data) + crc32c(bytes(data))
        elif name == "sharding_indexed":
            data = shard(data, how)
    return bytes(data)


def shard(data, how):
    inner = how["chunk_shape"]
    counts = [n // i for n, i in zip(data.shape, inner)]
    body, entries = b"", []
    big = any(c["name"] == "bytes" and c["configuration"]["endian"] == "big" for c in how["index_codecs"])
    size = 16 * int(numpy.prod(counts)) + (4 if any(c["name"] == "crc32c" for c in how["index_codecs"]) else 0)
    start = size if how["index_location"] == "start" else 0
    for place in numpy.ndindex(*counts):
        part = data[tuple(slice(p * i, (p + 1) * i) for p, i in zip(place, inner))]
        if not part.any():
            entries += [2**64 - 1, 2**64 - 1]
            continue
        coded = encode(part, how["codecs"])
        entries += [start + len(body), len(coded)]
        body += coded
    index = struct.pack((">" if big else "<") + f"{len(entries)}Q", *entries)
    index += crc32c(index) if size % 16 else b""
    return index + body if start else body + index


def array(folder, shape, names, dtype, chunk, codecs, separator="/", encoding="default", fill=0, holes=False, named=True):
    whole = value(shape, names, dtype)
    if holes:
        whole[4:12, 4:12] = 0
    folder.mkdir(parents=True)
    meta = {
        "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": numpy.dtype(dtype).name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunk}},
        "chunk_key_encoding": {"name": encoding, "configuration": {"separator": separator}},
        "fill_value": fill, "codecs": codecs, "attributes": {},
    }
    if named:
        meta["dimension_names"] = list(names)
    (folder / "zarr.json").write_text(json.dumps(meta))
    for place in numpy.ndindex(*[-(-n // c) for n, c in zip(shape, chunk)]):
        part = whole[tuple(slice(p * c, (p + 1) * c) for p, c in zip(place, chunk))]
        full = numpy.zeros(chunk, part.dtype)
        full[tuple(slice(0, n) for n in part.shape)] = part
        key = separator.join((["c"] if encoding == "default" else []) + [str(p) for p in place])
        target = folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(encode(full, codecs))


def image(folder, name, shape, names, dtype, chunk, codecs, **how):
    array(folder / name / "0", shape, names, dtype, chunk, codecs, **how)
    scales = multiscales(names, 1)
    del scales[0]["version"]
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "multiscales": scales}}}
    (folder / name / "zarr.json").write_text(json.dumps(group))


LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
BIG = {"name": "bytes", "configuration": {"endian": "big"}}
CRC = {"name": "crc32c"}
ZSTD = {"name": "zstd", "configuration": {"level": 3, "checksum": False}}
GZIP = {"name": "gzip", "configuration": {"level": 5}}


def blosc(cname, shuffle, typesize):
    return {
        "name": "blosc",
        "configuration": {"cname": cname, "clevel": 5, "shuffle": shuffle, "typesize": typesize, "blocksize": 0},
    }


def sharded(chunk, codecs, index, place):
    return [{
        "name": "sharding_indexed",
        "configuration": {"chunk_shape": chunk, "codecs": codecs, "index_codecs": index, "index_location": place},
    }]


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, codecs in {
        "none": [BIG], "gzip": [LITTLE, GZIP], "zstd": [LITTLE, ZSTD], "crc": [LITTLE, CRC], "zstdcrc": [LITTLE, ZSTD, CRC],
        "crczstd": [LITTLE, CRC, ZSTD], "lz4": [BIG, blosc("lz4", "shuffle", 2)], "bits": [LITTLE, blosc("zstd", "bitshuffle", 2)],
        "transposed": [{"name": "transpose", "configuration": {"order": [1, 0]}}, LITTLE, GZIP],
    }.items():
        image(folder, name, (37, 61), "yx", "uint16", (16, 24), codecs)
    image(folder, "keys", (37, 61), "yx", "uint8", (16, 24), [LITTLE], separator=".", encoding="v2")
    image(folder, "end", (37, 61), "yx", "uint16", (16, 32), sharded((4, 8), [LITTLE, ZSTD], [LITTLE, CRC], "end"), holes=True)
    image(folder, "start", (37, 61), "yx", "float32", (32, 32), sharded((8, 8), [BIG, GZIP], [BIG], "start"))
    image(
        folder, "deep", (2, 5, 21, 19), "czyx", "uint16", (2, 4, 16, 16),
        sharded((1, 2, 8, 8), [{"name": "transpose", "configuration": {"order": [3, 2, 0, 1]}}, LITTLE, ZSTD], [LITTLE, CRC], "end"))
    array(folder / "bare", (9, 14), "yx", "float64", (9, 14), [LITTLE], fill="NaN", named=False)
    pack(folder, pathlib.Path(__file__).with_name("v3.zip"))


if __name__ == "__main__":
    main()
