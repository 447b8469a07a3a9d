using FastSeg.Common;
using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>What was put in place of what, in one network.</summary>
/// <param name="Model">The rewritten network.</param>
/// <param name="Gelus">GELUs that were written out.</param>
/// <param name="Attentions">Attentions that were written out.</param>
/// <param name="Rotary">Those of them with rotary positions.</param>
/// <param name="Layers">Linear layers, in the order of the graph.</param>
internal sealed record RewrittenNetwork(OnnxModel Model, int Gelus, int Attentions, int Rotary, IReadOnlyList<BackboneLayer> Layers)
{
    /// <summary>How far tokens may be from the original's before anything is rounded to 8 bits: it is the same network then.</summary>
    private const double MostFusedError = 1e-4;

    /// <summary>Sides of the image whose values are looked at, in cells; few, and different.</summary>
    private const int NoiseRows = 3, NoiseColumns = 5;

    /// <summary>Rewrites a network.</summary>
    /// <param name="backbone">The network, opened.</param>
    /// <param name="samples">Sample windows and their tokens.</param>
    /// <param name="mostLayerError">Largest relative error of a layer that is brought to 8 bits.</param>
    /// <param name="options">Threads, progress and cancellation.</param>
    /// <exception cref="FastSegException">Nothing in its graph is recognised.</exception>
    public static RewrittenNetwork Of(Backbone backbone, SampleTokens samples, double mostLayerError, ComputeOptions options)
    {
        OnnxModel original = OnnxFile.Load(backbone.GraphPath);
        ComputeOptions Part(double from, double share) => options with { Progress = PartialProgress.Of(options.Progress, from, share) };
        RewrittenNetwork fused = Fused(backbone, original, samples, Part(0, 0.3));
        var linear = new LinearRewrite(fused.Model, backbone.Description.Input, samples.Windows, Part(0.3, 0.7));
        if (fused.Gelus + fused.Attentions + linear.Count == 0)
        {
            throw new FastSegException(
                $"{backbone.GraphPath} has nothing that can be rewritten: erf-GELU (Erf between a division by the root of 2 and a "
                + "product), attention (a Softmax between two MatMul) and linear layers (MatMul or Gemm with constant float32 weights) "
                + "were looked for; use the network as it is.");
        }
        return fused with { Layers = linear.Apply(mostLayerError) };
    }

    /// <summary>
    /// Puts operators of ONNX Runtime in the place of what is written out. Should the result differ, which it never should, attention is
    /// left as it was, and then GELU.
    /// </summary>
    private static RewrittenNetwork Fused(Backbone backbone, OnnxModel original, SampleTokens samples, ComputeOptions options)
    {
        BackboneDescription description = backbone.Description;
        int rows = backbone.FixedTokens ?? NoiseRows, columns = backbone.FixedTokens ?? NoiseColumns;
        SampleWindow noise = SampleWindow.Noise(rows * description.Patch, columns * description.Patch);
        for (int kept = 2; kept > 0; kept--)
        {
            var edit = new GraphEdit(original.Clone());
            int gelus = GeluFusion.Apply(edit);
            (int attentions, int rotary) = kept == 2 ? AttentionFusion.Apply(edit, description.Input, noise, options) : (0, 0);
            edit.Tidy();
            if (samples.Compare(edit.Model, options).Relative <= MostFusedError)
            {
                return new RewrittenNetwork(edit.Model, gelus, attentions, rotary, []);
            }
        }
        return new RewrittenNetwork(original.Clone(), 0, 0, 0, []);
    }
}
