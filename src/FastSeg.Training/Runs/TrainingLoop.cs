using System.Diagnostics;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;
using FastSeg.Learning.Network;
using FastSeg.Learning.Pieces;
using TorchSharp;
using static TorchSharp.torch;

namespace FastSeg.Learning.Runs;

/// <summary>The steps of a training: draws a batch, takes the loss and its gradients, moves the weights.</summary>
/// <param name="network">The network.</param>
/// <param name="data">What it is trained on.</param>
/// <param name="job">Recipe, seed and how long.</param>
/// <param name="tell">Hears of progress.</param>
/// <param name="cancellation">Stops between two steps.</param>
internal sealed class TrainingLoop(
    TorchNetwork network, Pieces.TrainingData data, UpsamplerJob job, Action<UpsamplerNews> tell, CancellationToken cancellation)
{
    /// <summary>Steps from one set of kept weights to the next, from one line of progress to the next, and that are timed.</summary>
    private const int KeepEvery = 25, TellEvery = 10, TimedFrom = 3, TimedSteps = 10;

    private const double SaveSeconds = 30;

    private readonly TrainingSchedule _schedule = TrainingSchedule.Of(job.Recipe);
    private List<WeightTensor> _good = [];
    private long _goodStep;

    /// <summary>Means of the loss's parts over the last tenth of the steps.</summary>
    public double[] Losses { get; private set; } = [];

    /// <summary>Runs the steps, or those that are left, and returns how many were done.</summary>
    /// <param name="state">Where the training is kept while it runs; null for nowhere.</param>
    /// <param name="optimiser">Moves the weights.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the state is kept.</exception>
    public long Run(TrainingState? state, AdamW optimiser)
    {
        long steps = job.Steps > 0 ? job.Steps : job.Minutes > 0 ? 0 : _schedule.Steps, step = 0;
        if (state is not null && state.Resume(network, optimiser))
        {
            (step, steps) = (state.Step, state.Steps);
            (_good, _goodStep) = (network.Weights(), step);
            tell(new UpsamplerNews(UpsamplerNewsKind.Note, $"Going on after step {step}."));
        }
        var recent = new Queue<double[]>(state?.Recent ?? []);
        long start = Stopwatch.GetTimestamp(), saved = start, timed = start, first = step;
        while (steps == 0 || step < steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                // Without a new step there is nothing to keep, and before the steps are planned they would be timed wrongly later.
                if (steps > 0 && step > first)
                {
                    state?.Save(network, optimiser);
                }
                cancellation.ThrowIfCancellationRequested();
            }
            step++;
            if (Step(step, steps, optimiser) is not { } losses)
            {
                return Restore(step);
            }
            recent.Enqueue(losses);
            while (recent.Count > Math.Max(TellEvery, steps / 10))
            {
                recent.Dequeue();
            }
            Losses = [.. losses.Select((_, part) => recent.Average(all => all[part]))];
            timed = step == TimedFrom ? Stopwatch.GetTimestamp() : timed;
            steps = steps == 0 && step == TimedFrom + TimedSteps ? Fitting(Stopwatch.GetElapsedTime(timed).TotalSeconds) : steps;
            if (state is not null)
            {
                (state.Step, state.Steps, state.Recent) = (step, steps, recent);
                if (steps > 0 && Stopwatch.GetElapsedTime(saved).TotalSeconds > SaveSeconds)
                {
                    state.Save(network, optimiser);
                    saved = Stopwatch.GetTimestamp();
                }
            }
            if (step % TellEvery == 0 && steps > 0)
            {
                Tell(step, steps, Stopwatch.GetElapsedTime(start).TotalSeconds / (step - first));
            }
        }
        return step;
    }

    /// <summary>One step; null where loss or gradients are no numbers.</summary>
    private double[]? Step(long step, long steps, AdamW optimiser)
    {
        using var scope = NewDisposeScope();
        // What is drawn depends on the seed and the step alone, so that a training that goes on draws the same.
        var random = new SplitMix64(new SplitMix64((ulong)job.Seed).Next() + ((ulong)step << 20));
        TrainingBatch batch = data.Draw(random);
        network.BatchMomentum = _schedule.MomentumAt(step, Math.Max(steps, TimedSteps * 10));
        Tensor[] parts = data.Losses(network.Forward(batch.Image, batch.Features), batch);
        Tensor loss = parts.Aggregate((sum, part) => sum + part);
        double[] losses = [.. parts.Select(part => (double)part.item<float>())];
        if (losses.Any(part => !double.IsFinite(part)))
        {
            return null;
        }
        if (step % KeepEvery == 1)
        {
            (_good, _goodStep) = (network.Weights(), step - 1);
        }
        loss.backward();
        return optimiser.Step(step, _schedule.RateAt(job.Recipe, step, Math.Max(steps, TimedSteps * 10))) ? losses : null;
    }

    /// <summary>
    /// Puts back the weights that were last known to be good. A project's network goes into a model from a folder that is removed then, so
    /// the training ends with a note; otherwise it fails, and the weights are in the output.
    /// </summary>
    private long Restore(long step)
    {
        if (_goodStep == 0)
        {
            throw new FastSegException(
                $"The loss is no number at step {step}, before there are weights worth keeping; look at what the images show.");
        }
        network.Take(_good);
        string what = $"The loss is no number at step {step}; ";
        tell(job.Recipe is UpsamplerRecipe.Project or UpsamplerRecipe.Finish
            ? new UpsamplerNews(UpsamplerNewsKind.Note, $"{what}the training ends here; the model gets the weights of step {_goodStep}.")
            : new UpsamplerNews(UpsamplerNewsKind.Failure, $"{what}{job.Output} keeps the weights of step {_goodStep}."));
        return _goodStep;
    }

    /// <summary>How many steps fit into the minutes, by the seconds of those that were timed.</summary>
    private long Fitting(double seconds) =>
        Math.Max(2 * TimedSteps, (long)(job.Minutes * 60 / Math.Max(seconds / TimedSteps, 1e-6)));

    private void Tell(long step, long steps, double secondsPerStep)
    {
        string parts = string.Join(", ", data.Parts.Zip(Losses, (name, loss) => FormattableString.Invariant($"{name} {loss:F4}")));
        tell(new UpsamplerNews(
            UpsamplerNewsKind.Progress,
            FormattableString.Invariant($"step {step} of {steps}, loss {Losses.Sum():F4} ({parts}), {secondsPerStep:F2} s a step"),
            (double)step / steps));
    }
}
