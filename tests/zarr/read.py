"""python3 read.py STORE OUT: reads every level of the OME-Zarr image STORE with zarr-python, and writes shape and samples into OUT."""

import json
import pathlib
import sys

import numpy
import zarr

store, out = sys.argv[1], pathlib.Path(sys.argv[2])
group = zarr.open_group(store, mode="r")
levels = []
for dataset in group.attrs["multiscales"][0]["datasets"]:
    array = group[dataset["path"]]
    data = numpy.ascontiguousarray(array[...])
    (out / f"{dataset['path']}.raw").write_bytes(data.astype(data.dtype.newbyteorder("<")).tobytes())
    levels.append({"path": dataset["path"], "shape": data.shape, "dtype": data.dtype.name, "chunks": array.chunks})
(out / "levels.json").write_text(json.dumps(levels))
