"""python3 read.py FILE OUT: reads every size of every page with tifffile, and writes the samples and a list of the shapes into OUT."""

import json
import pathlib
import sys

import tifffile

out = pathlib.Path(sys.argv[2])
listed = []
with tifffile.TiffFile(sys.argv[1]) as tif:
    for number, page in enumerate(tif.pages, 1):
        sizes = [page, *page.pages] if page.subifds else [page]
        for level, size in enumerate(sizes):
            data = size.asarray()
            (out / f"{number}-{level}.raw").write_bytes(data.tobytes())
            kind = int(size.tags["NewSubfileType"].value) if "NewSubfileType" in size.tags else 0
            resolution = size.tags["XResolution"].value if "XResolution" in size.tags else (0, 1)
            listed.append({
                "page": number, "level": level, "shape": data.shape, "kind": kind, "tiled": size.is_tiled,
                "resolution": resolution[0] / resolution[1]})
    series = [[level.shape for level in one.levels] for one in tif.series]
    print(json.dumps({"big": tif.is_bigtiff, "sizes": listed, "series": series}))
