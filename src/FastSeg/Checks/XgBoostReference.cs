using FastSeg.Forest.Training;
using FastSeg.Native;

namespace FastSeg.Checks;

/// <summary>libxgboost's own predictions, which the forest must equal.</summary>
internal static unsafe class XgBoostReference
{
    /// <summary>Margins of every row: rows x groups.</summary>
    /// <param name="model">The model as XGBoost saved it.</param>
    /// <param name="rows">Rows x features.</param>
    /// <param name="features">Features of a row.</param>
    /// <exception cref="FastSegException">libxgboost is missing, or cannot load the model.</exception>
    public static float[] Margins(ReadOnlySpan<byte> model, float[] rows, int features) => Predict(model, rows, features, 1);

    /// <summary>Probabilities of every row: rows x classes, but rows x 1, that of class 1, for binary:logistic.</summary>
    /// <param name="model">The model as XGBoost saved it.</param>
    /// <param name="rows">Rows x features.</param>
    /// <param name="features">Features of a row.</param>
    /// <exception cref="FastSegException">libxgboost is missing, or cannot load the model.</exception>
    public static float[] Probabilities(ReadOnlySpan<byte> model, float[] rows, int features) => Predict(model, rows, features, 0);

    /// <summary>A booster that holds a model; the caller disposes it.</summary>
    public static BoosterHandle Load(ReadOnlySpan<byte> model)
    {
        BoosterHandle booster = Booster.CreateBooster();
        XgBoost.XGBoosterSetParam(booster, "verbosity", "0").ThrowIfFailed("setting verbosity");
        XgBoost.XGBoosterSetParam(booster, "nthread", "2").ThrowIfFailed("setting nthread");
        fixed (byte* bytes = model)
        {
            XgBoost.XGBoosterLoadModelFromBuffer(booster, bytes, (ulong)model.Length).ThrowIfFailed("loading");
        }
        return booster;
    }

    /// <summary>
    /// Predictions of the type that libxgboost calls 0 (probabilities) or 1 (margins). The result is copied out of libxgboost's memory
    /// before the booster is disposed.
    /// </summary>
    private static float[] Predict(ReadOnlySpan<byte> model, float[] rows, int features, int type)
    {
        using BoosterHandle booster = Load(model);
        string config =
            $$"""{"type":{{type}},"training":false,"iteration_begin":0,"iteration_end":0,""" +
            """ "strict_shape":true,"cache_id":0,"missing":NaN}""";
        fixed (float* data = rows)
        {
            string array = XgBoost.Array(data, "<f4", rows.Length / features, features);
            XgBoost.XGBoosterPredictFromDense(booster, array, config, 0, out ulong* shape, out ulong dimensions, out float* result)
                .ThrowIfFailed("predicting");
            int count = 1;
            for (ulong i = 0; i < dimensions; i++)
            {
                count *= (int)shape[i];
            }
            return new ReadOnlySpan<float>(result, count).ToArray();
        }
    }
}
