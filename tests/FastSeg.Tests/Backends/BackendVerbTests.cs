using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Runs;
using NUnit.Framework;

namespace FastSeg.Tests.Backends;

/// <summary>
/// Each verb on each backend. The verb that the work is planned for gives the CPU's bits; the others are refused before anything is
/// touched.
/// </summary>
[TestFixture]
internal sealed unsafe class BackendVerbTests
{
    private static readonly SyntheticScene Scene = new(61, 43);

    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2] };

    private static readonly Lazy<Model> Trees = new(() => Segmenter.Train([Scene.Training], Small, Trained.Quick).Model);

    [Test]
    public void TheWorksOwnVerbGivesTheCpusBits([Values] TileVerb verb)
    {
        byte[] expected = Call(BackendKind.Cpu, verb, verb);
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(1), "the scene should show something");
        Assert.That(Call(BackendKind.Simulated, verb, verb), Is.EqualTo(expected));
    }

    [Test]
    public void OtherVerbsAreRefused([Values(BackendKind.Cpu, BackendKind.Simulated)] BackendKind kind, [Values] TileVerb planned)
    {
        foreach (TileVerb other in Enum.GetValues<TileVerb>().Where(verb => verb != planned))
        {
            Assert.That(
                () => Call(kind, planned, other),
                Throws.InvalidOperationException.With.Message.StartsWith(
                    $"{other} was called on a backend whose buffers were planned for {planned};"));
        }
    }

    /// <summary>
    /// The bytes that one verb gives for the whole scene as one tile, on a backend whose buffers were planned for another or the same verb.
    /// </summary>
    private static byte[] Call(BackendKind kind, TileVerb planned, TileVerb called)
    {
        using MemoryImage image = Scene.Image;
        using var drawn = MemoryImage.FromMemory<byte>(Scene.Labels, Scene.Width, Scene.Height);
        var labels = new LabelledPixels(image.Info, drawn);
        var work = new Work(image, Small, 1, null, planned == TileVerb.Predict ? Trees.Value.Forest : null)
        {
            Labels = planned == TileVerb.Gather ? labels : null,
        };
        var options = new ComputeOptions { Backend = kind, Threads = 1 };
        Plan plan = new TileRun(work, image.Info.Bounds, null, options, _ => 0, _ => []).Plan;
        using Backend backend = BackendChoice.Choose(kind).Create(plan, work, null);
        using var tile = new Tile(plan.MaxCore, plan.Halo, 1, image.Info);
        tile.Fill(image, image.Info.Bounds);
        return called switch
        {
            TileVerb.Features => Planes(backend, tile, work.PlaneCount),
            TileVerb.Predict => Classes(backend, tile),
            _ => Rows(backend, tile, labels.Count, work.PlaneCount),
        };
    }

    /// <summary>The float planes of the tile.</summary>
    private static byte[] Planes(Backend backend, Tile tile, int planes)
    {
        float[] values = new float[planes * tile.Core.Pixels];
        fixed (float* at = values)
        {
            backend.Features(0, tile, PlaneTarget.Packed((nint)at, tile.Core), new StageTimes());
        }
        return [.. values.SelectMany(BitConverter.GetBytes)];
    }

    /// <summary>The class of each pixel of the tile.</summary>
    private static byte[] Classes(Backend backend, Tile tile)
    {
        using var result = new TileResult(tile.Core, Trees.Value.Classes.Count, new ResultKinds(1, 0, false)) { Core = tile.Core };
        backend.Predict(0, tile, result, new StageTimes());
        return new ReadOnlySpan<byte>(result.Classes, (int)tile.Core.Pixels).ToArray();
    }

    /// <summary>The rows of the labelled pixels.</summary>
    private static byte[] Rows(Backend backend, Tile tile, int count, int planes)
    {
        using var rows = new TrainingRows(count, planes);
        backend.Gather(0, tile, rows, new StageTimes());
        return new ReadOnlySpan<byte>(rows.Row(0), count * planes * sizeof(float)).ToArray();
    }
}
