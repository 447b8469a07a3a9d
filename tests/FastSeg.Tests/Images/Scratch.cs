using System.Runtime.InteropServices;

namespace FastSeg.Tests.Images;

/// <summary>A folder of its own for a test, and images to put there.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch() => Folder = Directory.CreateTempSubdirectory("fastseg-images-").FullName;

    public string Folder { get; }

    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>All files in the folder, hidden ones too.</summary>
    public string[] Files => [.. Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    public string Put(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Samples with structure (so that codecs have something to find) and noise; floats of either sign.</summary>
    public static byte[] Samples(long width, long height, int channels, SampleType type, int seed = 1)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[width * height * channels * type.Bytes()];
        for (int i = 0; i < bytes.Length / type.Bytes(); i++)
        {
            long x = i / channels % width, y = i / channels / width;
            int value = (int)((x / 3 * 5) + (y / 4 * 11) + (i % channels * 40)) + random.Next(3);
            Span<byte> to = bytes.AsSpan(i * type.Bytes());
            _ = type switch
            {
                SampleType.UInt8 => Put(to, (byte)value),
                SampleType.Int8 => Put(to, (sbyte)(value - 100)),
                SampleType.UInt16 => Put(to, (ushort)(value * 97)),
                SampleType.Int16 => Put(to, (short)((value - 100) * 97)),
                SampleType.UInt32 => Put(to, (uint)value * 7_000_001),
                SampleType.Int32 => Put(to, (value - 100) * 7_000_001),
                SampleType.UInt64 => Put(to, (ulong)value * 7_000_000_000_000_001),
                SampleType.Int64 => Put(to, (value - 100) * 7_000_000_000_000_001),
                SampleType.Float16 => Put(to, (Half)((value - 100) / 7f)),
                SampleType.Float64 => Put(to, (value - 100) / 7.0),
                _ => Put(to, (value - 100) / 7f),
            };
        }
        return bytes;
    }

    private static bool Put<T>(Span<byte> to, T value) where T : unmanaged => MemoryMarshal.TryWrite(to, value);

    /// <summary>Cuts a rectangle out of a whole image.</summary>
    public static byte[] Crop(byte[] image, long width, int pixelBytes, Region region)
    {
        byte[] part = new byte[region.Pixels * pixelBytes];
        for (long y = 0; y < region.Height; y++)
        {
            Array.Copy(
                image, (((region.Y + y) * width) + region.X) * pixelBytes, part, y * region.Width * pixelBytes, region.Width * pixelBytes);
        }
        return part;
    }

    /// <summary>Reads a whole image.</summary>
    public static byte[] ReadAll(ImageReader reader)
    {
        byte[] bytes = new byte[reader.Info.Bounds.Pixels * reader.Info.PixelBytes];
        reader.Read(reader.Info.Bounds, bytes);
        return bytes;
    }
}
