using System.Text.Json.Nodes;
using FastSeg.Common;
using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Hostile;

/// <summary>No name in a file steers the terminal or forges a line.</summary>
[TestFixture]
internal sealed class PrintedTextTests
{
    [TestCase("plain µm 電子 𝄞", "plain µm 電子 𝄞")]
    [TestCase("\u001b[31mred\u0007", "\\u001b[31mred\\u0007")]
    [TestCase("a\nfastseg: fake\r\tb", "a\\nfastseg: fake\\r\\tb")]
    [TestCase("\u009b31m\u0085", "\\u009b31m\\u0085")]
    [TestCase("a\u202egnp.exe\u2066", "a\\u202egnp.exe\\u2066")]
    [TestCase("\u2028x\u2029\u200b\ufeff", "\\u2028x\\u2029\\u200b\\ufeff")]
    [TestCase("\U000E0041", "\\U000e0041")]
    public void ControlAndFormatCharactersAreEscaped(string text, string plain)
    {
        Assert.That(PlainText.Of(text), Is.EqualTo(plain));
        Assert.That(new FastSegException($"{text} is wrong.").Message, Is.EqualTo($"{plain} is wrong."));
    }

    [Test]
    public void HalfOfAPairIsEscaped() => Assert.That(PlainText.Of("\ud800x\udc00"), Is.EqualTo("\\ud800x\\udc00"));

    /// <summary>Class names, units and file names, on both streams of a process.</summary>
    [Test]
    public void WhatFilesSayIsPrintedEscaped()
    {
        const string Evil = "\u001b[31m\nfastseg: forged\u202e";
        using var folder = new TemporaryFolder();
        byte[] model = Trained.Grey.ToBytes();
        JsonNode json = JsonNode.Parse(ModelEdit.Description(model))!;
        json["classes"]![0]!["name"] = Evil;
        File.WriteAllBytes(folder.File("m.fastseg"), ModelEdit.WithDescription(model, json.ToJsonString()));
        string image = folder.File($"{Evil}.tif");
        var layout = new ImageLayout(64, 64, SampleType.UInt8) { PixelSize = new(1, 1, "\u001b]0;x") };
        using (ImageWriter writer = ImageFile.Create(image, layout))
        {
            writer.Write(new Region(0, 0, 64, 64), new byte[64 * 64]);
            writer.Commit();
        }
        foreach (string[] command in (string[][])[["info", folder.File("m.fastseg")], ["info", image],
            ["segment", folder.File("m.fastseg"), image, "-o", folder.File("o.tif")], ["info", folder.File($"{Evil}.gone.tif")]])
        {
            Outcome outcome = ChildProcess.Run(command).Outcome;
            string printed = outcome.Output + outcome.Error;
            Assert.That(printed.Any(c => char.IsControl(c) && c != '\n'), Is.False, string.Join(' ', command));
            Assert.That(printed, Does.Contain("\\u001b").And.Not.Contain("\u202e"));
            Assert.That(printed.Split('\n'), Has.None.StartsWith("fastseg: forged"));
        }
    }

    /// <summary>.NET would take such an argument for the name of another file, which may exist.</summary>
    [Test]
    public void NamesThatAreNoUtf8AreRefused()
    {
        using var folder = new TemporaryFolder();
        using (ImageWriter writer = ImageFile.Create(folder.File("a\ufffd.npy"), new ImageLayout(2, 2, SampleType.UInt8)))
        {
            writer.Write(new Region(0, 0, 2, 2), new byte[4]);
            writer.Commit();
        }
        Outcome outcome = ChildProcess.Script("exec \"$0\" \"$1\" info \"$2\"$'/a\\xff.npy'", folder.Path);
        Assert.That((outcome.Code, outcome.Output), Is.EqualTo((1, "")));
        Assert.That(outcome.Error, Does.Contain("a\\xff.npy\" is no UTF-8").And.EndsWith(".\n"));
        Assert.That(ChildProcess.Run("info", folder.File("a\ufffd.npy")).Outcome.Code, Is.Zero, "a name may hold U+FFFD itself");
    }
}
