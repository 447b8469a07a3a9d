using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

/// <summary>Training from images and labels in memory.</summary>
internal static unsafe class TrainFunctions
{
    private static readonly ConditionalWeakTable<Model, IReadOnlyList<string>> Doubtful = [];

    /// <summary>fs_train_options_init.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int OptionsInit(NativeTrainOptions* options, nuint size, int preset) => Call.Run(() =>
    {
        TrainingOptions values = preset switch
        {
            0 => new TrainingOptions(),
            1 => TrainingOptions.Published,
            _ => throw CallException.Argument(
                $"The preset is {preset}; it must be FS_TRAINING_DEFAULT (0) or FS_TRAINING_PUBLISHED (1)."),
        };
        Sized.Initialise(options, size, NativeTrainOptions.Of(values), NativeTrainOptions.Name);
    });

    /// <summary>fs_train.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Train(NativeTrainingImage* images, int count, NativeTrainOptions* options, nint* model) =>
        ModelFunctions.Make(model, () =>
        {
            Arguments.Count(count, 1, "images");
            NativeTrainOptions how = options is null
                ? NativeTrainOptions.Of(new TrainingOptions())
                : Sized.Read(options, NativeTrainOptions.Name);
            using var set = new TrainingSet(images, count);
            return Train(set, how);
        });

    /// <summary>What made the training of a model doubtful; nothing for one that was not trained here.</summary>
    internal static IReadOnlyList<string> Warnings(Model model) =>
        Doubtful.TryGetValue(model, out IReadOnlyList<string>? warnings) ? warnings : [];

    private static Model Train(TrainingSet set, NativeTrainOptions how)
    {
        IReadOnlyList<string>? names = set.Names(NativeClass.ReadAll(how.Classes, how.ClassCount));
        FeatureSpec features = NativeFeatureSpec.ReadOrDefault(how.Features);
        ComputeOptions compute = how.ToCompute();
        Smoothing? smoothing = SmoothingWords.Read(how.Smoothing, how.SmoothingRadius, how.SmoothingEpsilon);
        using Backbone? backbone = OpenBackbone(how, compute.Backend);
        DeepOptions? deep = backbone is null ? null
            : how.DeepChannels == 0 ? new DeepOptions(backbone)
            : new DeepOptions(backbone) { Channels = how.DeepChannels };
        TrainingOptions training = how.ToTraining();
        HeldOut heldOut = how.ToHeldOut();
        TrainingResult result = ProgressWatch.Run(
            (progress, cancellation) => Segmenter.Train(
                set.Images, features, training, names, compute with { Progress = progress, Cancellation = cancellation }, deep, smoothing,
                heldOut),
            how.Progress, how.User);
        Doubtful.Add(result.Model, result.Run.Warnings);
        foreach (string warning in result.Run.Warnings)
        {
            Host.Log(LogLevel.Warning, warning);
        }
        if (result.NotHeldOut is { } why)
        {
            Host.Log(LogLevel.Warning, why);
        }
        return result.Model;
    }

    private static Backbone? OpenBackbone(NativeTrainOptions how, BackendKind backend)
    {
        if (Text.ReadOrNull(how.Backbone, "The backbone") is not { } named)
        {
            return how.DeepChannels == 0
                ? null
                : throw CallException.Argument($"There are {how.DeepChannels} deep channels, but no backbone; give its folder or name.");
        }
        Backbone backbone = Backbone.Open(BackboneFolders.Named(named), NetworkThreads, Devices.CudaOrdinal(backend));
        if (backbone.Note is { } note)
        {
            Host.Log(LogLevel.Info, note);
        }
        return backbone;
    }

    /// <summary>Threads of ONNX Runtime, as the command line takes them; part of the result and kept in the model.</summary>
    private const int NetworkThreads = 1;
}
