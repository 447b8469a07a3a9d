using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>
/// The buffers that are held while an image's maps are made, and gone before the first tile, for any number of windows at once. ONNX
/// Runtime's share is measured: one pass for every size of window.
/// </summary>
internal sealed class TransformerBuffers
{
    private readonly Backbone _backbone;
    private readonly List<ScaleBuffers> _scales = [];

    /// <summary>Looks at every scale of a model.</summary>
    /// <exception cref="FastSegException">The backbone is not the model's, or ONNX Runtime failed.</exception>
    public TransformerBuffers(DeepModel model, Backbone backbone, ImageReader image)
    {
        DeepDescription description = model.Description;
        description.CheckBackbone(backbone);
        _backbone = backbone;
        image = DeepSource.Of(image, description.Rgb, divided: false);
        foreach (int scale in description.Scales)
        {
            (int rows, int columns) = LowResolutionTokens.WindowSize(backbone, image.Info, description.Windows, scale);
            // One of several passes over the shifted page is a map of its own until its cells are put among the others.
            long part = description.Shifts > 1
                ? LowResolution.Bytes(image.Info, description.Patch, model.Projections[0].Channels)
                : 0;
            _scales.Add(new ScaleBuffers(
                LowResolutionTokens.SharedBytes(backbone, image, description.Windows, scale) + part,
                BackboneWindow.Bytes(backbone, rows, columns, description.FlipAverage),
                backbone.PassBytes(rows, columns),
                LowResolutionTokens.WindowCount(backbone, image.Info, description.Windows, scale)));
        }
    }

    /// <summary>Most windows that can run at once where so many threads compute.</summary>
    public int MostAtOnce(int threads) => (int)Math.Min(_backbone.WindowsAtOnce(threads), _scales.Max(scale => scale.Windows));

    /// <summary>The buffers of the scale that holds most.</summary>
    public IEnumerable<PlanItem> Items(int atOnce)
    {
        ScaleBuffers most = _scales.MaxBy(scale => scale.Bytes(atOnce));
        int count = most.AtOnce(atOnce);
        yield return new PlanItem("tokens", most.Shared, 1, PlanPhase.Transformer);
        yield return new PlanItem("windows", most.Window, count, PlanPhase.Transformer);
        yield return new PlanItem("transformer", Backbone.PassBytesAtOnce(most.Pass, count), count, PlanPhase.Transformer);
    }

    /// <summary>The most windows at once for which the memory that is allowed leaves room, at least 1.</summary>
    public int Fitting(ComputeOptions options) => WindowsThatFit.Most(
        MostAtOnce(options.WorkerCount), options, atOnce => _scales.Max(scale => scale.Bytes(atOnce)));

    private readonly record struct ScaleBuffers(long Shared, long Window, long Pass, long Windows)
    {
        public int AtOnce(int atOnce) => (int)Math.Min(atOnce, Windows);

        public long Bytes(int atOnce) => Shared + ((Window + Backbone.PassBytesAtOnce(Pass, AtOnce(atOnce))) * AtOnce(atOnce));
    }
}
