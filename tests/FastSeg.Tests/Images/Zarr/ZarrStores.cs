using System.IO.Compression;
using System.Runtime.InteropServices;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>
/// The small stores in tests/data/zarr, unpacked: made by zarr-python and numcodecs. Every sample is a formula of its place.
/// </summary>
internal sealed class ZarrStores : IDisposable
{
    private readonly Scratch _scratch = new();

    public ZarrStores()
    {
        foreach (string version in (string[])["v2", "v3"])
        {
            ZipFile.ExtractToDirectory(TestData.File("tests", "data", "zarr", $"{version}.zip"), _scratch[version]);
        }
    }

    /// <summary>The path of a store, such as "v2/none".</summary>
    public string this[string name] => _scratch[name];

    /// <summary>The folder of all of them.</summary>
    public string Folder => _scratch.Folder;

    /// <summary>
    /// Little-endian samples of a plane as a reader of stored samples delivers them: t, c, z, y and x times 31, 29, 13, 7 and 3, modulo
    /// 251.
    /// </summary>
    public static byte[] Expected(ImageInfo info, int t = 0, int z = 0, int c = 0, bool halves = false)
    {
        byte[] all = new byte[info.Bounds.Pixels * info.PixelBytes];
        int sample = info.Type.Bytes(), at = 0;
        for (long y = 0; y < info.Height; y++)
        {
            for (long x = 0; x < info.Width; x++)
            {
                for (int channel = 0; channel < info.Channels; channel++, at += sample)
                {
                    int number = (int)(((31 * t) + (29 * (c + channel)) + (13 * z) + (7 * y) + (3 * x)) % 251);
                    Put(all.AsSpan(at), info.Type, halves ? number % 2 : number);
                }
            }
        }
        return all;
    }

    /// <summary>A sample of such a number: signed ones are less 100, floats are eighths less 10.</summary>
    public static bool Put(Span<byte> to, SampleType type, int number) => type switch
    {
        SampleType.UInt8 => Put(to, (byte)number),
        SampleType.Int8 => Put(to, (sbyte)(number - 100)),
        SampleType.UInt16 => Put(to, (ushort)number),
        SampleType.Int16 => Put(to, (short)(number - 100)),
        SampleType.UInt32 => Put(to, (uint)number),
        SampleType.Int32 => Put(to, number - 100),
        SampleType.UInt64 => Put(to, (ulong)number),
        SampleType.Int64 => Put(to, number - 100L),
        SampleType.Float16 => Put(to, (Half)((number / 8.0) - 10)),
        SampleType.Float64 => Put(to, (number / 8.0) - 10),
        _ => Put(to, (float)((number / 8.0) - 10)),
    };

    public void Dispose() => _scratch.Dispose();

    private static bool Put<T>(Span<byte> to, T value) where T : unmanaged => MemoryMarshal.TryWrite(to, value);
}
