using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Simd;

/// <summary>How a tile's columns are cut into panels.</summary>
[TestFixture]
internal sealed class BandTests
{
    [TestCase(1, new[] { 1 })]
    [TestCase(256, new[] { 256 })]
    [TestCase(320, new[] { 320 })]
    [TestCase(321, new[] { 256, 65 })]
    [TestCase(1040, new[] { 256, 256, 256, 272 })]
    [TestCase(2080, new[] { 256, 256, 256, 256, 256, 256, 256, 288 })]
    public void The_last_panel_takes_a_narrow_rest(int columns, int[] panels) =>
        Assert.That(Cut(columns, Band.PanelWidth), Is.EqualTo(panels));

    [Test]
    public void Panels_are_as_many_as_were_counted_and_hold_every_column([Values(64, 128, 192, 256)] int width)
    {
        for (int columns = 1; columns < 1200; columns++)
        {
            List<int> panels = Cut(columns, width);
            Assert.That(panels, Has.Count.EqualTo(Band.Panels(columns, width)), $"{columns}");
            Assert.That(panels.Sum(), Is.EqualTo(columns));
            Assert.That(panels[^1], Is.LessThanOrEqualTo(width * 5 / 4), $"{columns}");
        }
    }

    private static List<int> Cut(int columns, int width)
    {
        var panels = new List<int>();
        for (int left = columns; left > 0; left -= panels[^1])
        {
            panels.Add((int)Band.Panel(left, width));
        }
        return panels;
    }
}
