using FastSeg.Backends;

namespace FastSeg.Tests.Training;

/// <summary>Label images that are drawn as text: a digit is a label value, anything else is unlabelled.</summary>
internal static class DrawnLabels
{
    /// <summary>The labelled pixels of a drawing, given row by row.</summary>
    public static LabelledPixels Of(params string[] rows)
    {
        byte[] labels = [.. rows.SelectMany(row => row.Select(letter => char.IsDigit(letter) ? (byte)(letter - '0') : (byte)0))];
        return Of(labels, rows[0].Length, rows.Length);
    }

    /// <summary>The labelled pixels of an array.</summary>
    public static LabelledPixels Of(byte[] labels, int width, int height)
    {
        using MemoryImage image = MemoryImage.FromMemory<byte>(labels, width, height);
        return new LabelledPixels(image.Info, image);
    }
}
