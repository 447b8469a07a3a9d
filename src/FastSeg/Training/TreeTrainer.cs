using FastSeg.Backends;
using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Native;

namespace FastSeg.Training;

/// <summary>
/// Trains the trees where the rows are. Where the rows lie on a device and XGBoost cannot begin there, they are copied to the host once and
/// XGBoost trains on the CPU; a note says why. XGBoost runs on the calling thread, which is not the device's.
/// </summary>
/// <param name="rows">The rows; they may move from the device to the host.</param>
/// <param name="labels">
/// The class of each row: as many as there are rows, in the caller's memory, read while <see cref="Train()"/> runs.
/// </param>
/// <param name="classes">Number of classes.</param>
/// <param name="options">How to train.</param>
/// <param name="afterRound">Called after each round with the number of rounds done.</param>
/// <param name="compute">Threads of the own booster, and cancellation, which is looked at between rounds.</param>
internal sealed unsafe class TreeTrainer(
    TrainingRows rows, int* labels, int classes, TrainingOptions options, Action<int> afterRound, ComputeOptions compute)
{
    private int _rounds;
    private bool _onDevice;

    /// <summary>
    /// What trained, as a model keeps it: XGBoost's version, such as "1.7.4", or "2.1.4+cuda" where it trained on a GPU, or "fastseg".
    /// </summary>
    public string Trained => options.Booster == TreeBooster.FastSeg ? "fastseg" : XgBoost.Version.ToString(3) + (_onDevice ? "+cuda" : "");

    /// <summary>Why XGBoost did not train on the GPU although it was meant to; null where there is nothing to say.</summary>
    public string? Note { get; private set; }

    /// <summary>Trains the trees.</summary>
    /// <returns>The model as XGBoost's UBJSON.</returns>
    /// <exception cref="FastSegException">XGBoost failed on the CPU, or on the device after its first round.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public byte[] Train()
    {
        if (options.Booster == TreeBooster.FastSeg)
        {
            rows.Land();
        }
        if (rows.OnDevice is { } resident)
        {
            try
            {
                using CudaPrimaryMemory memory = resident.ToPrimaryContext();
                byte[] trees = Train((float*)memory.Address, memory.Ordinal);
                _onDevice = true;
                return trees;
            }
            catch (Exception e) when (_rounds == 0 && (e is FastSegException || GpuErrors.IsDevices(e)))
            {
                Note = $"XGBoost does not train on the GPU: {e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}. It trains on the CPU.";
                rows.Land();
            }
        }
        return Train(rows.Row(0), null);
    }

    /// <summary>
    /// Trains from rows at an address: the host's where <paramref name="device"/> is null, else that device's, in its primary context.
    /// </summary>
    private byte[] Train(float* address, int? device) => Booster.Train(
        address, labels, rows.Count, rows.Planes, classes, options, cancellation: compute.Cancellation, device: device, compute: compute,
        afterRound: round =>
        {
            _rounds = round;
            afterRound(round);
        });
}
