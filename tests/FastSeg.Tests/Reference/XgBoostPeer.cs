using FastSeg.Native;
using Booster = FastSeg.Forest.Booster;

namespace FastSeg.Tests.Reference;

/// <summary>libxgboost's own predictions: what the forest must equal.</summary>
internal static unsafe class XgBoostPeer
{
    /// <summary>Margins of every row, row-major.</summary>
    public static float[] Margins(byte[] model, float[] rows, int features) => Predict(model, rows, features, 1);

    /// <summary>Probabilities of every row, row-major (of class 1 only for binary:logistic).</summary>
    public static float[] Probabilities(byte[] model, float[] rows, int features) => Predict(model, rows, features, 0);

    /// <summary>The model as libxgboost itself saves it: "json" or "ubj".</summary>
    public static byte[] Resave(byte[] model, string format)
    {
        using BoosterHandle booster = Load(model);
        XgBoost.XGBoosterSaveModelToBuffer(booster, $$"""{"format":"{{format}}"}""", out ulong length, out byte* bytes).ThrowIfFailed("saving");
        return new ReadOnlySpan<byte>(bytes, (int)length).ToArray();
    }

    private static float[] Predict(byte[] model, float[] rows, int features, int type)
    {
        using BoosterHandle booster = Load(model);
        string config = $$"""{"type":{{type}},"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true,"cache_id":0,"missing":NaN}""";
        fixed (float* data = rows)
        {
            string array = XgBoost.Array(data, "<f4", rows.Length / features, features);
            XgBoost.XGBoosterPredictFromDense(booster, array, config, 0, out ulong* shape, out ulong dimensions, out float* result).ThrowIfFailed("predicting");
            int count = 1;
            for (ulong i = 0; i < dimensions; i++)
            {
                count *= (int)shape[i];
            }
            return new ReadOnlySpan<float>(result, count).ToArray();
        }
    }

    private static BoosterHandle Load(byte[] model)
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
}
