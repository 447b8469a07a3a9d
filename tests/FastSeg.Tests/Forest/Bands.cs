using FastSeg.Forest;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Tests.Forest;

/// <summary>Row-major rows laid out as the bands that the filters hand out, with NaN wherever nothing may be read.</summary>
internal static unsafe class Bands
{
    /// <summary>Predicts every row through <see cref="ForestCpu"/>; margins row-major, as libxgboost gives them.</summary>
    public static float[] Margins(DecisionForest forest, float[] rows, int features, int width, int height) =>
        Predict(forest, rows, features, width, height).Margins;

    /// <summary>The same, and how it was done.</summary>
    public static Prediction Predict(DecisionForest forest, float[] rows, int features, int width, int height)
    {
        int count = rows.Length / features;
        int stride = (width + 63) / 64 * 64;
        int planeStride = (stride * height) + 16;
        using var planes = new HostBuffer((long)planeStride * features * sizeof(float));
        using var predictor = new ForestCpu(forest, width, height);
        float[] margins = new float[count * forest.Groups];
        for (int start = 0; start < count; start += width * height)
        {
            int taken = Math.Min(width * height, count - start);
            int columns = Math.Min(width, taken);
            int lines = taken / columns;
            planes.Span<float>(0, planeStride * features).Fill(float.NaN);
            var band = new Band(0, 0, columns, lines, features, (float*)planes.Pointer, stride, planeStride);
            for (int i = 0; i < columns * lines; i++)
            {
                for (int plane = 0; plane < features; plane++)
                {
                    band.Row(plane, i / columns)[i % columns] = rows[((start + i) * features) + plane];
                }
            }
            predictor.Predict(band);
            for (int i = 0; i < columns * lines; i++)
            {
                for (int group = 0; group < forest.Groups; group++)
                {
                    float* plane = predictor.Margins(group);
                    margins[((start + i) * forest.Groups) + group] = plane[(i / columns * predictor.RowStride) + (i % columns)];
                }
            }
            start -= (width * height) - (columns * lines);
        }
        double splits = (double)predictor.SplitsEvaluated / predictor.SquaresEvaluated;
        return new Prediction(margins, predictor.Pruning, predictor.TreesWalked, splits);
    }
}

/// <summary>Margins, and how they came about.</summary>
/// <param name="Margins">Row-major.</param>
/// <param name="Pruning">What was pruned.</param>
/// <param name="TreesWalked">Trees walked pixel by pixel, counted once a square.</param>
/// <param name="SplitsASquare">Splits evaluated a square, on average.</param>
internal sealed record Prediction(float[] Margins, Pruning Pruning, long TreesWalked, double SplitsASquare);
