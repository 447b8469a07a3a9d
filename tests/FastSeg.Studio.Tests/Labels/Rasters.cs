using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Tests.Labels;

/// <summary>Short ways to make and look at rasters.</summary>
internal static class Rasters
{
    public static byte[] Bytes(LabelRaster labels)
    {
        byte[] bytes = new byte[labels.Width * labels.Height];
        labels.Read(new Region(0, 0, labels.Width, labels.Height), bytes);
        return bytes;
    }

    public static LabelRaster Of(byte[] labels, int width)
    {
        var edit = new LabelEdit(new LabelRaster(width, labels.Length / width));
        for (int i = 0; i < labels.Length; i++)
        {
            edit.Paint(new PixelRun(i / width, i % width, (i % width) + 1), labels[i]);
        }
        return edit.Finish().Labels;
    }

    public static LabelRaster Painted(LabelRaster labels, Action<LabelEdit> paint)
    {
        var edit = new LabelEdit(labels);
        paint(edit);
        return edit.Finish().Labels;
    }

    public static byte[] Drawn(long width, long height, Action<LabelEdit> paint) => Bytes(Painted(new LabelRaster(width, height), paint));

    /// <summary>Labels 0 to 3 in blocks, so that there are regions and runs.</summary>
    public static byte[] Blocks(int width, int height, int seed)
    {
        var random = new Random(seed);
        byte[] labels = new byte[width * height];
        for (int i = 0; i < 200; i++)
        {
            int x0 = random.Next(width), y0 = random.Next(height), x1 = random.Next(x0, width), y1 = random.Next(y0, height);
            byte label = (byte)random.Next(4);
            for (int y = y0; y <= y1 && y < y0 + 40; y++)
            {
                for (int x = x0; x <= x1 && x < x0 + 60; x++)
                {
                    labels[(y * width) + x] = label;
                }
            }
        }
        return labels;
    }
}
