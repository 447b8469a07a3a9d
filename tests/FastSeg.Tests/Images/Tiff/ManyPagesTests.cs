using FastSeg.Files;
using FastSeg.Images.Pyramids;
using FastSeg.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Tiff;

/// <summary>A TIFF of many pages is linked without going through all of them for each.</summary>
internal sealed class ManyPagesTests
{
    private const int Pages = 300;

    [TestCase(0)]
    [TestCase(TiffAssembler.LargestClassic)]
    public void NoPageGoesThroughThoseBeforeIt(long largestClassic)
    {
        using var scratch = new Scratch();
        string path = scratch["many.tif"];
        using (var file = new OutputFile(path))
        {
            using (var tiff = new TiffAssembler(
                file, new ImageLayout(1, 1, SampleType.UInt8, Pages), [new WrittenLevel(1, 1, 1)], largestClassic))
            {
                byte[] tile = new byte[256 * 256];
                for (int page = 0; page < Pages; page++)
                {
                    if (page > 0)
                    {
                        tiff.NextDirectory();
                    }
                    tile[0] = (byte)page;
                    byte[] deflated = TiffBuilder.Deflate(tile);
                    tiff.Append(0, deflated, deflated.Length);
                }
                tiff.Finish();
                Assert.That(tiff.ReadBack, Is.LessThan(64 * Pages), "two directories' counts and links for each page");
            }
            file.Commit();
        }
        for (int page = 0; page < Pages; page += 23)
        {
            using NetVips.Image peer = NetVips.Image.Tiffload(path, page: page);
            Assert.That(peer.Get("n-pages"), Is.EqualTo(Pages));
            Assert.That(peer.WriteToMemory<byte>(), Is.EqualTo((byte[])[(byte)page]));
        }
    }
}
