"""python3 pyramid.py FOLDER: pyramids as others write them, of one random image, and every size's samples beside them."""

import pathlib
import sys

import numpy
import tifffile

folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(5)
full = random.integers(0, 65536, (3, 301, 403), dtype=numpy.uint16)
sizes = [full[:, ::step, ::step] for step in (1, 2, 4)]
for page in range(3):
    for level, size in enumerate(sizes):
        (folder / f"{page}-{level}.raw").write_bytes(size[page].tobytes())

# OME-TIFF: a z-stack, each page with its sizes in sub-directories.
for name, big in (("ome", False), ("big", True)):
    with tifffile.TiffWriter(folder / f"{name}.ome.tif", bigtiff=big) as tif:
        metadata = {"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.5, "PhysicalSizeYUnit": "µm"}
        tif.write(sizes[0], subifds=2, tile=(64, 64), metadata=metadata, compression="zlib")
        for size in sizes[1:]:
            tif.write(size, subfiletype=1, tile=(64, 64), compression="zlib")

# libvips: smaller sizes are the next pages of the chain, and say so.
with tifffile.TiffWriter(folder / "vips.tif", byteorder=">") as tif:
    for level, size in enumerate(sizes):
        tif.write(size[0], subfiletype=1 if level else 0, tile=(64, 64), metadata=None)

# Aperio: a thumbnail in strips behind the image, then its sizes in tiles, none of which says what it is; a label in the end.
with tifffile.TiffWriter(folder / "aperio.tif") as tif:
    tif.write(sizes[0][0], tile=(64, 64), metadata=None, description="Aperio Image Library v1\n403x301 |AppMag = 20|MPP = 0.5")
    tif.write(full[0, ::5, ::5], metadata=None)
    for size in sizes[1:]:
        tif.write(size[0], tile=(64, 64), metadata=None)
    tif.write(full[0, :50, :30], metadata=None, subfiletype=1)
