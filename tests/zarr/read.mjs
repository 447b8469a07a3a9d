// node read.mjs STORE OUT: reads every level of the OME-Zarr image STORE with zarrita, and writes shape and samples of each into OUT.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { FileSystemStore } from "@zarrita/storage";
import * as zarr from "zarrita";

const [store, out] = process.argv.slice(2);
const root = zarr.root(new FileSystemStore(resolve(store)));
const group = await zarr.open(root, { kind: "group" });
const [image] = (group.attrs.ome ?? group.attrs).multiscales;
const levels = [];
for (const { path } of image.datasets) {
    const array = await zarr.open(root.resolve(path), { kind: "array" });
    const { data, shape } = await zarr.get(array);
    writeFileSync(`${out}/${path}.raw`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    levels.push({ path, shape, dtype: array.dtype, chunks: array.chunks });
}
writeFileSync(`${out}/levels.json`, JSON.stringify(levels));
