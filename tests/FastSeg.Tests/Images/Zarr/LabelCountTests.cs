using FastSeg.Images.Zarr;
using FastSeg.Resuming;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>Counting the labels of a store decodes each chunk once.</summary>
internal sealed class LabelCountTests
{
    [Test]
    public void EachChunkIsDecodedOnce()
    {
        const int Width = 3000, Height = 2000, Chunk = 256;
        using var scratch = new Scratch();
        byte[] samples = Scratch.Samples(Width, Height, 1, SampleType.UInt8);
        using ImageWriter writer = ImageFile.Create(
            scratch["l.ome.zarr"], new ImageLayout(Width, Height, SampleType.UInt8) { IsLabelMap = true },
            new OmeZarrOptions { Chunk = Chunk });
        writer.Write(new Region(0, 0, Width, Height), samples);
        writer.Commit();
        using var reader = (ZarrReader)writer.OpenWritten(0, 2)!;
        long[] counted = LabelCount.Of(reader, [1, 200], 2, new ComputeOptions());
        Assert.That(counted, Is.EqualTo((long[])[samples.LongCount(label => label == 1), samples.LongCount(label => label == 200)]));
        Assert.That(reader.Decoded, Is.EqualTo(12 * 8));
    }
}
