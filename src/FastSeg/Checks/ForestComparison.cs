using System.Runtime.InteropServices;
using FastSeg.Checks;
using FastSeg.Models;
using FastSeg.Native;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>Compares imported trees with libxgboost itself, where the library is there and can load them.</summary>
public static class ForestComparison
{
    private const int Rows = 256;

    /// <summary>
    /// Compares margins bit for bit, on rows whose features are the trees' own thresholds or the numbers just below them.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <returns>What was compared, or why nothing was, as a line of text.</returns>
    /// <exception cref="FastSegException">A margin differs.</exception>
    public static string Run(Model model)
    {
        float[] rows = ModelImport.Rows(NotNull(model).Forest, Rows);
        float[] expected;
        try
        {
            expected = XgBoostReference.Margins(model.ForestBytes.Span, rows, model.Planes);
        }
        catch (FastSegException e)
        {
            return $"not compared with XGBoost: {e.Message}";
        }
        float[] margins = new float[expected.Length];
        for (int row = 0; row < Rows; row++)
        {
            Span<float> rowMargins = margins.AsSpan(row * model.Forest.Groups, model.Forest.Groups);
            model.Forest.Margins(rows.AsSpan(row * model.Planes, model.Planes), rowMargins);
        }
        string library = $"libxgboost {XgBoost.Version.ToString(3)}";
        return MemoryMarshal.Cast<float, int>(margins).SequenceEqual(MemoryMarshal.Cast<float, int>(expected))
            ? $"compared with {library} on {Rows} rows: margins bit-equal"
            : throw new FastSegException($"{library} gives other margins for these trees; they are not imported.");
    }
}
