using FastSeg.Checks;
using FastSeg.Native;

namespace FastSeg.Tests.Reference;

/// <summary>libxgboost's own predictions, which our forest's must equal.</summary>
internal static unsafe class XgBoostPeer
{
    /// <summary>Margins of every row, row-major.</summary>
    public static float[] Margins(byte[] model, float[] rows, int features) => XgBoostReference.Margins(model, rows, features);

    /// <summary>Probabilities of every row, row-major (of class 1 only for binary:logistic).</summary>
    public static float[] Probabilities(byte[] model, float[] rows, int features) => XgBoostReference.Probabilities(model, rows, features);

    /// <summary>The model as libxgboost itself saves it: "json" or "ubj".</summary>
    public static byte[] Resave(byte[] model, string format)
    {
        using BoosterHandle booster = XgBoostReference.Load(model);
        string options = $$"""{"format":"{{format}}"}""";
        XgBoost.XGBoosterSaveModelToBuffer(booster, options, out ulong length, out byte* bytes).ThrowIfFailed("saving");
        return new ReadOnlySpan<byte>(bytes, (int)length).ToArray();
    }
}
