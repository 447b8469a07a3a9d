using FastSeg.Forest.Training;
using FastSeg.Native;

namespace FastSeg.Tests.Forest;

/// <summary>Small models trained on random rows whose class depends on the features.</summary>
internal static unsafe class TrainedModels
{
    /// <summary>Uniform values; with <paramref name="steps"/> only that many distinct ones, so that many equal a threshold.</summary>
    public static float[] Rows(Random random, int count, int features, int steps = 0)
    {
        float[] rows = new float[count * features];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = steps == 0 ? random.NextSingle() : random.Next(steps) / (float)steps;
        }
        return rows;
    }

    /// <summary>Classes 0 .. classes - 1, each at least once, by a noisy function of the first features.</summary>
    public static int[] Labels(Random random, float[] rows, int features, int classes)
    {
        int[] labels = new int[rows.Length / features];
        for (int i = 0; i < labels.Length; i++)
        {
            float sum = rows[i * features] + rows[(i * features) + (features / 2)] + (0.3f * random.NextSingle());
            labels[i] = i < classes ? i : (int)(sum * 7919) % classes;
        }
        return labels;
    }

    /// <summary>Trains on the rows.</summary>
    public static byte[] Train(
        float[] rows, int[] labels, int features, int classes, TrainingOptions options, float[]? weights = null,
        Action<int>? afterRound = null, CancellationToken cancellation = default)
    {
        fixed (float* data = rows, given = weights)
        fixed (int* classOf = labels)
        {
            return Booster.Train(data, classOf, labels.Length, features, classes, options, given, afterRound, cancellation);
        }
    }

    /// <summary>Trains with libxgboost's own parameters; the model in UBJSON.</summary>
    public static byte[] TrainWith(float[] rows, int[] labels, int features, int rounds, params (string Name, string Value)[] parameters)
    {
        fixed (float* data = rows)
        fixed (int* classOf = labels)
        {
            using DMatrixHandle matrix = Booster.CreateMatrix(data, labels.Length, features, 1);
            XgBoost.XGDMatrixSetInfoFromInterface(matrix, "label", XgBoost.Array(classOf, "<i4", labels.Length))
                .ThrowIfFailed("taking the labels");
            using BoosterHandle booster = Booster.CreateBooster(matrix);
            foreach ((string name, string value) in (ReadOnlySpan<(string, string)>)[
                ("verbosity", "0"), ("nthread", "1"), ("base_score", "0.5"), .. parameters])
            {
                XgBoost.XGBoosterSetParam(booster, name, value).ThrowIfFailed($"setting {name} to {value}");
            }
            for (int round = 0; round < rounds; round++)
            {
                XgBoost.XGBoosterUpdateOneIter(booster, round, matrix).ThrowIfFailed("training");
            }
            XgBoost.XGBoosterSaveModelToBuffer(booster, """{"format":"ubj"}""", out ulong length, out byte* bytes).ThrowIfFailed("saving");
            return new ReadOnlySpan<byte>(bytes, checked((int)length)).ToArray();
        }
    }
}
