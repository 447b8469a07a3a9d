using NUnit.Framework;

namespace FastSeg.Tests.Images.Npy;

/// <summary>npy files from bytes that are put together here.</summary>
public sealed class NpyReaderTests
{
    private const int Width = 53, Height = 37;

    [Test]
    public void NpyOfEveryVersionTypeAndShape(
        [Values] SampleType type, [Values(0, 1, 2, 3, 4, 16)] int channels, [Values(1, 2, 3)] int version)
    {
        byte[] samples = Scratch.Samples(Width, Height, Math.Max(channels, 1), type);
        string descr = type switch
        {
            SampleType.UInt8 => "|u1",
            SampleType.UInt16 => "<u2",
            SampleType.Int16 => "<i2",
            _ => "<f4",
        };
        string shape = channels == 0 ? $"({Height}, {Width})" : $"({Height}, {Width}, {channels})";
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(
            scratch.Put("a.npy", NpyFile($"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}", samples, version)));
        int kept = Math.Max(channels, 1);
        Assert.That(
            (reader.Info.Channels, reader.Info.Type, reader.Info.Width, reader.Info.Height), Is.EqualTo((kept, type, Width, Height)));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(samples));
        Readers.CheckRectangles(reader, samples);
    }

    /// <summary>An npy file with a header that is given as text.</summary>
    internal static byte[] NpyFile(string dictionary, byte[] data, int version = 1)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(dictionary + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. data];
    }
}
