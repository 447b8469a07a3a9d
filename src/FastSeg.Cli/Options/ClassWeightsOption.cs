using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--class-weights W1,W2,..</summary>
internal static class ClassWeightsOption
{
    /// <summary>The option; null where it is left out.</summary>
    public static Option<double[]?> Create() => new("--class-weights")
    {
        HelpName = "W1,W2,..",
        Arity = ArgumentArity.ExactlyOne,
        Description =
            "With safe smoothing, by what each class's probability is multiplied where it was the largest before: one number above 0 a " +
                "class, in place of weights made from the page's areas. Then one pass is enough, and only the region is computed. " +
                "segment prints the weights it made.",
        CustomParser = Parse,
    };

    private static double[]? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split(',');
        double[] weights = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out weights[i])
                || !(weights[i] > 0 && double.IsFinite(weights[i])))
            {
                result.AddError($"--class-weights {text}: give one number above 0 a class, as in 1,1.15,1 for three classes.");
                return null;
            }
        }
        return weights;
    }
}
