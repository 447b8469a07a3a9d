using FastSeg.Backends;

namespace FastSeg.Runs;

/// <summary>One thread's results of a tile, and the way from there to the outputs.</summary>
internal sealed class ResultWriter : IDisposable
{
    private readonly Segmentation _what;
    private readonly ushort[] _values;

    /// <summary>Allocates the results of the largest core.</summary>
    public ResultWriter(Segmentation what, Region maxCore)
    {
        _what = what;
        _values = [.. what.Model.Classes.Select((c, i) => (ushort)(what.Options.KeepValues ? c.Value : i + 1))];
        Result = new TileResult(maxCore, what.Classes, what.Kinds);
        Result.Unsure.Margin = what.Model.UnsureMargin;
    }

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(Segmentation what, Region maxCore) => TileResult.Bytes(maxCore, what.Classes, what.Kinds);

    /// <summary>The results of the present tile.</summary>
    public TileResult Result { get; }

    /// <summary>Turns the classes of the present core into labels, writes all results and returns how many bytes they have.</summary>
    /// <param name="anything">False where the mask leaves out the whole core, so that nothing was predicted.</param>
    /// <param name="mask">Which pixels are segmented.</param>
    public long Write(bool anything, TileMask mask)
    {
        Result.ToLabels(_values, anything, mask);
        Region core = Result.Core, at = core with { X = core.X - _what.Area.X, Y = core.Y - _what.Area.Y };
        _what.Outputs.Labels?.Write(at, Result.LabelSamples);
        _what.Outputs.Probabilities?.Write(at, Result.ProbabilitySamples);
        _what.Outputs.Confidence?.Write(at, Result.ConfidenceSamples);
        return core.Pixels * Result.Kinds.BytesPerPixel(Result.ClassCount);
    }

    /// <inheritdoc/>
    public void Dispose() => Result.Dispose();
}
