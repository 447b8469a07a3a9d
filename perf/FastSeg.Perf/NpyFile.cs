using FastSeg.Images;

namespace FastSeg.Perf;

/// <summary>Arrays for the Python side.</summary>
internal static unsafe class NpyFile
{
    /// <summary>Writes a C-order array of two axes or more; <paramref name="descr"/> is numpy's name of the type, as "&lt;f4".</summary>
    public static void Write(string path, string descr, long[] shape, void* values, long bytes)
    {
        using FileStream file = File.Create(path);
        file.Write(NpyHeader.Write(descr, shape));
        const int Chunk = 1 << 26;
        for (long at = 0; at < bytes; at += Chunk)
        {
            file.Write(new ReadOnlySpan<byte>((byte*)values + at, (int)Math.Min(Chunk, bytes - at)));
        }
    }
}
