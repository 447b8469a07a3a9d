using System.Security.Cryptography;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Files that ImageJ, Pillow and tifffile wrote, and the SHA-256 of the samples that Pillow or tifffile reads from them.</summary>
public sealed class RealFileTests
{
    [TestCase(
        "rgb.tif",
        "TIFF, RGB, 1 strip of 201 rows, uncompressed, big-endian",
        "41204874d8d44226bc2e220605fadf5dc67343f65e52c23caf287ce5412dce3c")]
    [TestCase(
        "0_labels.tif", "TIFF, grey, 1 strip of 512 rows, deflate", "4cf8503abaf3d5c5cf4c675ab682e6bed6688e7840351e596d824c01665d909e")]
    [TestCase(
        "pillow_lzw.tif",
        "TIFF, grey, 1 strip of 64 rows, LZW with predictor 2",
        "8c2a032bfa23ab3bed159aab9c31211fd43e80e6889f0b8a587dca35e1ffc58e")]
    [TestCase(
        "pillow_jpeg.tif", "TIFF, grey, 1 strip of 64 rows, JPEG", "e6646c3414b0785904609d0e243c95bbed0ce31bd7d6e8f04f08e95b49c0e619")]
    [TestCase("pillow_rgb.jpg", "JPEG, RGB", "59f80c1d092790c986d949050bf5ae212f27f5ba7ef5ab7669380bc6966f37ae")]
    [TestCase("pillow_16bit.png", "PNG, 16-bit grey", "efc08a9e9810a1cdc5b9cb36844c804785ddbf4861e56a5a64d2d8fc332623da")]
    [TestCase(
        "tifffile_stack.tif",
        "BigTIFF, grey, 6 tiles of 32 x 32, deflate, big-endian, page 1 of 3",
        "14e1267b87be9e81e94d7b87105fd44019379cf5232782059583437883d7fc74")]
    public void ImagesHoldWhatOthersRead(string name, string format, string sha256)
    {
        using ImageReader reader = ImageFile.Open(TestData.File("tests", "data", "images", name));
        Assert.That(reader.Info.Format, Is.EqualTo(format));
        Assert.That(Hash(reader), Is.EqualTo(sha256));
        Readers.CheckRectangles(reader, Scratch.ReadAll(reader));
    }

    [TestCase("pillow_palette.png", "0c6e19cebbf0b5c61afd3cf9f492a16e397c3f758899c2667744053a6f3e5e88")]
    [TestCase("pillow_palette.tif", "0c6e19cebbf0b5c61afd3cf9f492a16e397c3f758899c2667744053a6f3e5e88")]
    [TestCase("cast_iron_alloy_labels.tif", "29436eae8315e9c817430b6e536012482854a1c3e33bc71222f04bdc58d2f388")]
    public void LabelsHoldTheIndicesThatOthersRead(string name, string sha256)
    {
        using ImageReader reader = ImageFile.OpenLabels(TestData.File("tests", "data", "images", name));
        Assert.That(Hash(reader), Is.EqualTo(sha256));
    }

    [TestCase("0.tif", "5ee3aad22402db46ba64e237e1b079b35ff57b31f253855e1c0a64d450737f37")]
    [TestCase("0_ground_truth.tif", "a897994533292e758dcd20384c9005b2a192d00b2ee7e1ab68d07943688e1f44")]
    [TestCase("0_large.png", "f8a885b4c2fb337e1012772609c205e70a3e2cb381d3ae222744481b4b51b82f")]
    [TestCase("1.tif", "68185a43b8da9c4d966fc8087c81b31974278cb3b49ea10fe71297f1e080a060")]
    [TestCase("1_labels.tif", "6b7c40ed466ffcfb2e69bcccf544cbc102561438cc70e18892f4a9dfb717d360")]
    [TestCase("cast_iron_alloy.jpg", "2a4546132de1c08c75aa2df628984251e8861b457e32a3706674a63c78574b81")]
    [TestCase("ni_on_substrate.tif", "ea001ba9a6b1e61eb32a5eac181085a1176935a2195cf5161c3d3a17945f3c70")]
    [TestCase("plant.png", "52f64f35c2ddd1a7e528eb84658ae9d57a28bfd15aacea6820f6f5680d0f0196")]
    [TestCase("rgb_labels.tif", "7956b48d2010c79ecc73b9721276f3ea45c87f48fc48ec789771d87e3dbb277a")]
    public void SharedExamplesHoldWhatOthersRead(string name, string sha256)
    {
        using ImageReader reader = ImageFile.Open(TestData.Shared("examples", name));
        Assert.That(Hash(reader), Is.EqualTo(sha256));
    }

    private static string Hash(ImageReader reader) => Convert.ToHexStringLower(SHA256.HashData(Scratch.ReadAll(reader)));
}
