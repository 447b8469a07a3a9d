using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FastSeg.Deep.Backbones;

/// <summary>Checks that a backbone's graph takes and gives what its description says.</summary>
internal static class BackboneGraph
{
    /// <summary>Rows and columns of patches that a graph of free size is tried with: few, and different.</summary>
    private const int TrialRows = 2, TrialColumns = 3;

    /// <summary>Checks names, types and the ranks of input and output.</summary>
    public static void Check(Backbone backbone)
    {
        BackboneDescription description = backbone.Description;
        IReadOnlyDictionary<string, NodeMetadata> inputs = backbone.Session.InputMetadata, outputs = backbone.Session.OutputMetadata;
        if (!inputs.TryGetValue(description.Input, out NodeMetadata? input))
        {
            throw backbone.Misfit(
                $"the graph has no input \"{description.Input}\" but {Names(inputs)}; "
                + $"name one of them as \"input\" in {BackboneDescription.JsonFile}");
        }
        if (inputs.Count != 1)
        {
            throw backbone.Misfit($"the graph has {inputs.Count} inputs ({Names(inputs)}); one image is all that it gets");
        }
        if (!outputs.TryGetValue(description.Output, out NodeMetadata? output))
        {
            throw backbone.Misfit(
                $"the graph has no output \"{description.Output}\" but {Names(outputs)}; "
                + $"name one of them as \"output\" in {BackboneDescription.JsonFile}");
        }
        NeedFloat(backbone, "input", description.Input, input);
        NeedFloat(backbone, "output", description.Output, output);
        int[] image = input.Dimensions;
        if (image.Length != 4 || image[0] is not (-1 or 1) || image[1] is not (-1 or 3))
        {
            throw backbone.Misfit($"input \"{description.Input}\" is {Shape(image)}; batch (any or 1) x 3 x rows x columns is needed");
        }
        int rank = description.IsMap ? 4 : 3;
        if (output.Dimensions.Length != rank)
        {
            string needed = description.IsMap
                ? "batch x dimension x rows x columns, as layout \"map\" says"
                : "batch x tokens x dimension, as layout \"tokens\" says";
            throw backbone.Misfit($"output \"{description.Output}\" is {Shape(output.Dimensions)}; {needed}, is needed");
        }
    }

    /// <summary>Cells of the side that a graph of fixed size takes; null where rows and columns are free.</summary>
    public static int? FixedTokens(Backbone backbone)
    {
        BackboneDescription description = backbone.Description;
        int[] image = backbone.Session.InputMetadata[description.Input].Dimensions;
        (int rows, int columns) = (image[2], image[3]);
        if (rows == -1 && columns == -1)
        {
            return null;
        }
        if (rows != columns || rows % description.Patch != 0)
        {
            throw backbone.Misfit(
                $"input \"{description.Input}\" is {Shape(image)}; "
                + $"rows and columns must both be free, or equal and a multiple of the patch, {description.Patch}");
        }
        return rows / description.Patch;
    }

    /// <summary>
    /// Checks the output's shape. Where the graph does not state it, a small image is run (of the graph's own size, if that is fixed).
    /// </summary>
    public static void CheckOutput(Backbone backbone)
    {
        BackboneDescription description = backbone.Description;
        int[] stated = backbone.Session.OutputMetadata[description.Output].Dimensions;
        int rows = backbone.FixedTokens ?? TrialRows, columns = backbone.FixedTokens ?? TrialColumns;
        long[] needed = Output(description, rows, columns);
        bool known = backbone.FixedTokens is not null && stated.AsSpan(1).IndexOf(-1) < 0;
        long[] found = known ? [1, .. stated.Skip(1).Select(size => (long)size)] : TryOut(backbone);
        if (!found.AsSpan().SequenceEqual(needed))
        {
            int patch = description.Patch, prefix = description.PrefixTokens;
            string how = description.IsMap ? "dimension x rows x columns" : $"{prefix} prefix tokens and {rows} x {columns} patches";
            throw backbone.Misfit(
                $"output \"{description.Output}\" is {string.Join(" x ", found)} "
                + $"for an image of {rows * patch} x {columns * patch} pixels; "
                + $"{string.Join(" x ", needed)} ({how}) "
                + $"is needed by patch {patch}, dimension {description.Dimension} and prefixTokens {prefix}");
        }
    }

    /// <summary>Shape of the output for one window.</summary>
    public static long[] Output(BackboneDescription description, int rows, int columns) => description.IsMap
        ? [1, description.Dimension, rows, columns]
        : [1, description.PrefixTokens + ((long)rows * columns), description.Dimension];

    /// <summary>Runs the smallest image that the graph is known to take, and returns the output's shape.</summary>
    public static long[] TryOut(Backbone backbone)
    {
        int rows = backbone.FixedTokens ?? TrialRows, columns = backbone.FixedTokens ?? TrialColumns;
        int patch = backbone.Description.Patch;
        float[] pixels = new float[3 * rows * patch * columns * patch];
        using OrtValue image = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, rows * patch, columns * patch]);
        using Microsoft.ML.OnnxRuntime.RunOptions options = BackboneSession.PassOptions(device: backbone.Device);
        InferenceSession session = backbone.Passes.Enter();
        try
        {
            backbone.Passes.Begin(alone: true);
            try
            {
                using IDisposableReadOnlyCollection<OrtValue> results =
                    session.Run(options, [backbone.Description.Input], [image], [backbone.Description.Output]);
                return results[0].GetTensorTypeAndShape().Shape;
            }
            finally
            {
                backbone.Passes.End();
            }
        }
        finally
        {
            backbone.Passes.Leave();
        }
    }

    private static void NeedFloat(Backbone backbone, string side, string name, NodeMetadata node)
    {
        if (!node.IsTensor || node.ElementDataType != TensorElementType.Float)
        {
            string found = node.IsTensor ? node.ElementDataType.ToString().ToLowerInvariant() : "no tensor";
            throw backbone.Misfit($"{side} \"{name}\" is {found}; float (32 bit) is needed, so export it with float inputs and outputs");
        }
    }

    private static string Names(IReadOnlyDictionary<string, NodeMetadata> nodes) =>
        string.Join(", ", nodes.Keys.Order(StringComparer.Ordinal).Select(name => $"\"{name}\""));

    private static string Shape(int[] sizes) => string.Join(" x ", sizes.Select(size => size < 0 ? "any" : $"{size}"));
}
