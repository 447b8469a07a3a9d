using FastSeg.Deep.Upsamplers;

namespace FastSeg.Learning.Runs;

/// <summary>The numbers of a recipe.</summary>
/// <param name="Steps">Steps, where no other number is asked for.</param>
/// <param name="Pieces">Pieces, where no other number is asked for.</param>
/// <param name="Rate">Largest learning rate.</param>
/// <param name="WarmUp">Steps in which the rate rises to it.</param>
/// <param name="BatchShare">Share of the steps in which batch norms use their batch's own mean and variance.</param>
internal sealed record TrainingSchedule(int Steps, int Pieces, double Rate, int WarmUp, double BatchShare)
{
    /// <summary>Share of the largest rate that is left at the end.</summary>
    private const double LastShare = 0.02;

    /// <summary>The least share by which kept means and variances move towards a batch's.</summary>
    private const double LeastMomentum = 0.02;

    /// <summary>The numbers of a recipe.</summary>
    public static TrainingSchedule Of(UpsamplerRecipe recipe) => recipe switch
    {
        UpsamplerRecipe.Free => new TrainingSchedule(4000, 250, 1.5e-3, 100, 0.2),
        UpsamplerRecipe.Further => new TrainingSchedule(700, 250, 1e-3, 50, 0),
        UpsamplerRecipe.Project => new TrainingSchedule(530, 12, 2e-3, 50, 0.2),
        UpsamplerRecipe.Finish => new TrainingSchedule(300, 12, 1e-3, 30, 0),
        _ => new TrainingSchedule(5000, 0, 1e-4, 0, 1),
    };

    /// <summary>The learning rate of a step: it rises evenly, then falls along a cosine; the paper's own stays as it is.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="steps">Steps of the training.</param>
    public double RateAt(UpsamplerRecipe recipe, long step, long steps)
    {
        long warm = Math.Min(WarmUp, steps / 5);
        if (recipe == UpsamplerRecipe.Given)
        {
            return Rate;
        }
        if (step <= warm)
        {
            return Rate * step / warm;
        }
        double done = (double)(step - warm) / Math.Max(1, steps - warm);
        return Rate * (LastShare + ((1 - LastShare) * 0.5 * (1 + Math.Cos(Math.PI * done))));
    }

    /// <summary>
    /// By how much kept means and variances move towards the batch's; null where the kept ones are used. The first steps take plain means,
    /// so that nothing is left of what was kept at the beginning.
    /// </summary>
    public double? MomentumAt(long step, long steps) =>
        step > BatchShare * steps ? null : Math.Max(LeastMomentum, 1.0 / step);
}
