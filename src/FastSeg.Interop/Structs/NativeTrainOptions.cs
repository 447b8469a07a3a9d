using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;

namespace FastSeg.Interop.Structs;

/// <summary>fs_train_options.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTrainOptions
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_train_options";

    public nuint Size;
    public NativeFeatureSpec* Features;
    public NativeClass* Classes;
    public int ClassCount;
    public int Rounds;
    public int Depth;
    public int MaxBin;
    public double LearningRate;
    public double Subsample;
    public double ColsampleByNode;
    public double MinChildWeight;
    public double Lambda;
    public int Balance;
    public int Flips;
    public int Seed;
    public int BoosterThreads;
    public int HoldOut;
    public int Smoothing;
    public int SmoothingRadius;
    public int Threads;
    public double SmoothingEpsilon;
    public int Backend;
    public int DeepChannels;
    public byte* Backbone;
    public long Memory;
    public long DeviceMemory;
    public delegate* unmanaged[Cdecl]<double, void*, int> Progress;
    public void* User;

    /// <summary>The options that a preset stands for.</summary>
    public static NativeTrainOptions Of(TrainingOptions training) => new()
    {
        Rounds = training.Rounds,
        Depth = training.Depth,
        MaxBin = training.MaxBin,
        LearningRate = training.LearningRate,
        Subsample = training.Subsample,
        ColsampleByNode = training.ColsampleByNode,
        MinChildWeight = training.MinChildWeight,
        Lambda = training.Lambda,
        Balance = training.Balance ? 1 : 0,
        Flips = training.Augment == Augmentation.Flips ? 1 : 0,
        Seed = training.Seed,
        BoosterThreads = training.Booster == TreeBooster.FastSeg ? 0 : training.BoosterThreads,
    };

    /// <summary>How the trees are trained.</summary>
    public readonly TrainingOptions ToTraining() => new()
    {
        Rounds = Rounds,
        Depth = Depth,
        MaxBin = MaxBin,
        LearningRate = LearningRate,
        Subsample = Subsample,
        ColsampleByNode = ColsampleByNode,
        MinChildWeight = MinChildWeight,
        Lambda = Lambda,
        Balance = Arguments.Flag(Balance, "balance"),
        Augment = Arguments.Flag(Flips, "flips") ? Augmentation.Flips : Augmentation.None,
        Seed = Seed,
        Booster = BoosterThreads == 0 ? TreeBooster.FastSeg : TreeBooster.XgBoost,
        BoosterThreads = BoosterThreads == 0 ? new TrainingOptions().BoosterThreads : BoosterThreads,
    };

    /// <summary>How the training uses the machine, but for progress.</summary>
    public readonly ComputeOptions ToCompute() => new()
    {
        Threads = Arguments.Count(Threads, 0, "threads"),
        Memory = Arguments.Bytes(Memory, "memory"),
        Backend = Arguments.Word<BackendKind>(Backend, "backend"),
        DeviceMemory = Arguments.Bytes(DeviceMemory, "device_memory"),
    };

    /// <summary>What is found out from held-out pixels.</summary>
    public readonly HeldOut ToHeldOut()
    {
        bool score = Arguments.Flag(HoldOut, "hold_out");
        return Arguments.Word<SmoothingWord>(Smoothing, "smoothing") == SmoothingWord.Auto ? HeldOut.ChooseSmoothing
            : score ? HeldOut.Score : HeldOut.Nothing;
    }
}
