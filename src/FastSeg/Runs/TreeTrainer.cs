using FastSeg.Backends;
using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>
/// Trains the trees where the rows are. Where they lie on a device and XGBoost cannot begin there, they are brought to the host once and it
/// trains on the CPU, with a note that says why. It always runs on the calling thread, which is not the device's.
/// </summary>
/// <param name="rows">The rows.</param>
/// <param name="labels">Class of each row.</param>
/// <param name="classes">Classes.</param>
/// <param name="options">How to train.</param>
/// <param name="afterRound">Called with the number of rounds done so far.</param>
/// <param name="cancellation">Looked at between rounds.</param>
internal sealed unsafe class TreeTrainer(
    TrainingRows rows, int* labels, int classes, TrainingOptions options, Action<int> afterRound, CancellationToken cancellation)
{
    private int _rounds;
    private bool _onDevice;

    /// <summary>What trained, as a model keeps it: "1.7.4", or "2.1.4+cuda" where it was on a GPU.</summary>
    public string Trained => XgBoost.Version.ToString(3) + (_onDevice ? "+cuda" : "");

    /// <summary>Why XGBoost did not train on the GPU although it was to; null where there is nothing to say.</summary>
    public string? Note { get; private set; }

    /// <summary>Trains; XGBoost's UBJSON.</summary>
    /// <exception cref="FastSegException">XGBoost failed on the CPU, or on the device after it had begun.</exception>
    public byte[] Train()
    {
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

    private byte[] Train(float* from, int? device) => Booster.Train(
        from, labels, rows.Count, rows.Planes, classes, options, cancellation: cancellation, device: device, afterRound: round =>
        {
            _rounds = round;
            afterRound(round);
        });
}
