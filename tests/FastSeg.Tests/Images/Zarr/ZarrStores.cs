using System.IO.Compression;
using System.Runtime.InteropServices;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>
/// The small stores in tests/data/zarr: made by zarr-python and numcodecs. Every sample is a formula of its place.
/// </summary>
internal sealed class ZarrStores : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly HashSet<string> _unpacked = [];

    /// <summary>
    /// The path of a store, such as "v2/none", or of what is inside one. The store is unpacked when it is first asked for.
    /// </summary>
    public string this[string name]
    {
        get
        {
            string[] parts = name.Split('/', '#');
            if (_unpacked.Add($"{parts[0]}/{parts[1]}"))
            {
                Unpack(parts[0], parts[1]);
            }
            return _scratch[name];
        }
    }

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

    private void Unpack(string version, string store)
    {
        using ZipArchive all = ZipFile.OpenRead(TestData.File("tests", "data", "zarr", $"{version}.zip"));
        foreach (ZipArchiveEntry entry in all.Entries.Where(entry => entry.FullName.StartsWith($"{store}/", StringComparison.Ordinal)))
        {
            string path = _scratch[$"{version}/{entry.FullName}"];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (entry.Name != "")
            {
                entry.ExtractToFile(path);
            }
        }
    }

    private static bool Put<T>(Span<byte> to, T value) where T : unmanaged => MemoryMarshal.TryWrite(to, value);
}
