using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_model_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeModelInfo
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_model_info";

    public nuint Size;
    public int Classes;
    public int Channels;
    public int Planes;
    public int DeepChannels;
    public int Halo;
    public int Trees;
    public double SplitsPerTree;
    public int Smoothing;
    public int SmoothingRadius;
    public double SmoothingEpsilon;
    public int TrainedHere;
    public int HeldOutFolds;
    public double HeldOutMeanIou;

    /// <summary>What a caller sees of a model.</summary>
    public static NativeModelInfo Of(Model model) => new()
    {
        Classes = model.Classes.Count,
        Channels = model.Channels,
        Planes = model.Planes,
        DeepChannels = model.DeepFeatures?.Channels ?? 0,
        Halo = model.Features.Halo,
        Trees = model.Trees,
        SplitsPerTree = model.SplitsPerTree,
        Smoothing = (int)SmoothingWords.Of(model.Smoothing.Mode),
        SmoothingRadius = model.Smoothing.Radius,
        SmoothingEpsilon = model.Smoothing.Epsilon,
        TrainedHere = model.Training is null ? 0 : 1,
        HeldOutFolds = model.HeldOut?.Folds ?? 0,
        HeldOutMeanIou = model.HeldOut?.MeanIou ?? 0,
    };
}
