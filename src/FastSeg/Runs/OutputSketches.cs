using FastSeg.Backends;

namespace FastSeg.Runs;

/// <summary>The outputs of a segmentation as its plan sees them: no writer need be open.</summary>
/// <param name="Labels">The label map, or null.</param>
/// <param name="Probabilities">The probabilities, or null.</param>
/// <param name="Confidence">The confidence, or null.</param>
internal sealed record OutputSketches(OutputSketch? Labels, OutputSketch? Probabilities, OutputSketch? Confidence)
{
    /// <summary>The outputs that are wanted.</summary>
    public IEnumerable<OutputSketch> All => ((OutputSketch?[])[Labels, Probabilities, Confidence]).OfType<OutputSketch>();

    /// <summary>Which results of a tile these outputs need. Labels are computed even where no label map is wanted, one byte each.</summary>
    public ResultKinds Kinds => new(Labels?.Layout.Type.Bytes() ?? 1, Probabilities?.Layout.Type.Bytes() ?? 0, Confidence is not null);

    /// <summary>The sketches of open writers.</summary>
    public static OutputSketches Of(SegmentOutputs outputs) =>
        new(OutputSketch.Of(outputs.Labels), OutputSketch.Of(outputs.Probabilities), OutputSketch.Of(outputs.Confidence));

    /// <summary>Bytes of all outputs, uncompressed and without smaller sizes.</summary>
    public long SampleBytes => All.Sum(output => output.SampleBytes);

    /// <summary>Most bytes that all writers hold while up to <paramref name="threads"/> threads write.</summary>
    public long HeldBytes(int threads) => All.Sum(output => output.HeldBytes(threads) - output.FinishBytes(threads));

    /// <summary>Most bytes that one of them holds besides, once the last tile is written.</summary>
    public long FinishBytes(int threads) => All.Select(output => output.FinishBytes(threads)).DefaultIfEmpty().Max();
}

/// <summary>One output as a plan sees it.</summary>
/// <param name="Layout">Size, type and pages.</param>
/// <param name="HeldBytes">Most bytes that the output's writer holds, given how many threads write.</param>
internal sealed record OutputSketch(ImageLayout Layout, Func<int, long> HeldBytes)
{
    /// <summary>The part of these bytes that is held only while the output is put together after the last tile.</summary>
    public Func<int, long> FinishBytes { get; init; } = _ => 0;

    /// <summary>Bytes of the output's samples.</summary>
    public long SampleBytes => checked(Layout.Width * Layout.Height * Layout.AllPages * Layout.Type.Bytes());

    /// <summary>The sketch of an open writer; null where there is none.</summary>
    public static OutputSketch? Of(ImageWriter? writer) => writer is null
        ? null
        : new OutputSketch(writer.Layout, writer.HeldBytes) { FinishBytes = writer.FinishBytes };
}
