using FastSeg.Native;

namespace FastSeg.Forest.Training;

/// <summary>Where XGBoost trains.</summary>
/// <param name="OnDevice">On the GPU, from rows that never leave it.</param>
/// <param name="Reason">Why there, as a sentence.</param>
internal sealed record TrainingPlace(bool OnDevice, string Reason)
{
    /// <summary>The first version that takes a device's rows by XGQuantileDMatrixCreateFromCallback.</summary>
    private static readonly Version FirstWithDeviceRows = new(1, 7);

    /// <summary>
    /// The place for a backend and a booster, with the library in use. The library is looked for only where it decides: with CUDA.
    /// </summary>
    /// <exception cref="FastSegException">There is no libxgboost.</exception>
    public static TrainingPlace For(BackendKind backend, TreeBooster booster) =>
        booster == TreeBooster.FastSeg ? new TrainingPlace(false, "FastSeg's booster trains on the CPU.")
        : backend == BackendKind.Cuda ? Choose(backend, XgBoostBuild.Current) : new TrainingPlace(false, OtherBackend(backend));

    /// <summary>The place for a backend (the one that was opened, not auto) and a library.</summary>
    public static TrainingPlace Choose(BackendKind backend, XgBoostBuild library)
    {
        string name = $"libxgboost {library.Version.ToString(3)}";
        return backend != BackendKind.Cuda ? new TrainingPlace(false, OtherBackend(backend))
            : library.Version < FirstWithDeviceRows
            ? new TrainingPlace(false, $"{name} cannot take a GPU's rows, which 1.7 and later can: it trains on the CPU.")
            : !library.HasCuda ? new TrainingPlace(false, $"{name} is built without CUDA: it trains on the CPU.")
            : new TrainingPlace(true, $"{name} is built with CUDA: it trains on the GPU.");
    }

    private static string OtherBackend(BackendKind backend) =>
        $"On the backend {backend.Name()} XGBoost trains on the CPU.";
}
