using System.Numerics;

namespace FastSeg.Studio.Tests.Labels;

/// <summary>The shapes pixel by pixel, as their definitions say it, in whole numbers without bounds.</summary>
internal static class ShapeReference
{
    public static byte[] Stroke(int width, int height, long[] points, long radius) => Pixels(width, height, (x, y) =>
    {
        for (int i = 0; i < points.Length; i += 2)
        {
            int next = Math.Min(i + 2, points.Length - 2);
            if (Near(x, y, points[i], points[i + 1], points[next], points[next + 1], radius))
            {
                return true;
            }
        }
        return false;
    });

    public static byte[] Polygon(int width, int height, long[] points) => Pixels(width, height, (x, y) =>
    {
        bool inside = false;
        for (int i = 0; i < points.Length; i += 2)
        {
            int next = (i + 2) % points.Length;
            inside ^= LiesLeft(x, y, points[i], points[i + 1], points[next], points[next + 1]);
        }
        return inside;
    });

    public static byte[] Fill(byte[] labels, int width, int x, int y, byte label)
    {
        byte[] filled = [.. labels];
        byte old = labels[(y * width) + x];
        var open = new Queue<(int X, int Y)>([(x, y)]);
        while (old != label && open.TryDequeue(out (int X, int Y) at))
        {
            if (at.X < 0 || at.Y < 0 || at.X >= width || at.Y >= labels.Length / width || filled[(at.Y * width) + at.X] != old)
            {
                continue;
            }
            filled[(at.Y * width) + at.X] = label;
            open.Enqueue((at.X - 1, at.Y));
            open.Enqueue((at.X + 1, at.Y));
            open.Enqueue((at.X, at.Y - 1));
            open.Enqueue((at.X, at.Y + 1));
        }
        return filled;
    }

    private static byte[] Pixels(int width, int height, Func<BigInteger, BigInteger, bool> inside)
    {
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = inside((16 * (i % width)) + 8, (16 * (i / width)) + 8) ? (byte)1 : (byte)0;
        }
        return pixels;
    }

    /// <summary>Whether a point's distance from a segment is at most the radius; everything times the length squared.</summary>
    private static bool Near(BigInteger x, BigInteger y, BigInteger x0, BigInteger y0, BigInteger x1, BigInteger y1, BigInteger radius)
    {
        BigInteger dx = x1 - x0, dy = y1 - y0, squared = (dx * dx) + (dy * dy);
        BigInteger along = squared.IsZero ? 0 : BigInteger.Max(0, BigInteger.Min(squared, ((x - x0) * dx) + ((y - y0) * dy)));
        BigInteger scale = squared.IsZero ? 1 : squared;
        BigInteger offX = (scale * (x - x0)) - (along * dx), offY = (scale * (y - y0)) - (along * dy);
        return (offX * offX) + (offY * offY) <= scale * scale * radius * radius;
    }

    /// <summary>Whether an edge crosses the row of a point at or to the left of it.</summary>
    private static bool LiesLeft(BigInteger x, BigInteger y, BigInteger x0, BigInteger y0, BigInteger x1, BigInteger y1)
    {
        if (y0 <= y == y1 <= y)
        {
            return false;
        }
        BigInteger difference = ((x - x0) * (y1 - y0)) - ((y - y0) * (x1 - x0));
        return y1 > y0 ? difference >= 0 : difference <= 0;
    }
}
