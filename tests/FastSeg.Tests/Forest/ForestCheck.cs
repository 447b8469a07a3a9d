using System.Runtime.InteropServices;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Simd;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest;

/// <summary>Compares a forest's margins with libxgboost's, bit by bit.</summary>
internal static class ForestCheck
{
    /// <summary>The walk and every width the machine has.</summary>
    public static void AssertEqual(byte[] model, float[] rows, int features, int width, int height)
    {
        foreach (int bits in VectorPath.Available)
        {
            AssertEqual(model, rows, features, width, height, bits);
        }
    }

    /// <summary>The walk and one width; says how the margins came about.</summary>
    public static Prediction AssertEqual(byte[] model, float[] rows, int features, int width, int height, int bits)
    {
        DecisionForest forest = ForestReader.Parse(model);
        float[] expected = XgBoostPeer.Margins(model, rows, features);
        float[] walked = new float[expected.Length];
        for (int i = 0; i < rows.Length / features; i++)
        {
            forest.Margins(rows.AsSpan(i * features, features), walked.AsSpan(i * forest.Groups, forest.Groups));
        }
        Assert.That(Bits(walked), Is.EqualTo(Bits(expected)), "walk");
        Prediction prediction = Predict(forest, rows, features, width, height, bits);
        Assert.That(Bits(prediction.Margins), Is.EqualTo(Bits(expected)), $"{bits} bits");
        return prediction;
    }

    /// <summary>
    /// Values that differ little within 16 x 16 pixels of bands of the given width, so that pruning finds something.
    /// </summary>
    public static float[] SmoothRows(int seed, int count, int features, int width)
    {
        var random = new Random(seed);
        float[] rows = new float[count * features];
        var centres = new Dictionary<(int Column, int Row, int Feature), float>();
        for (int i = 0; i < rows.Length; i++)
        {
            (int pixel, int feature) = (i / features, i % features);
            (int, int, int) square = (pixel % width / 16, pixel / width / 16, feature);
            if (!centres.TryGetValue(square, out float centre))
            {
                centres.Add(square, centre = random.NextSingle());
            }
            rows[i] = centre + (0.2f * (random.NextSingle() - 0.5f));
        }
        return rows;
    }

    private static Prediction Predict(DecisionForest forest, float[] rows, int features, int width, int height, int bits)
    {
        int chosen = VectorPath.Bits;
        try
        {
            VectorPath.Bits = bits;
            return Bands.Predict(forest, rows, features, width, height);
        }
        finally
        {
            VectorPath.Bits = chosen;
        }
    }

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values.AsSpan()).ToArray();
}
