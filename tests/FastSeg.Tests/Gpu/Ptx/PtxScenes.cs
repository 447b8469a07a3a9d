using FastSeg.Forest;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Tests.Deep;
using FastSeg.Tests.Deep.Upsamplers;
using FastSeg.Tests.Features;
using FastSeg.Tests.Kernels;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Runs that together launch every kernel with every sink; most are tests of the kernels on the simulated device.</summary>
internal static class PtxScenes
{
    private static readonly Dictionary<string, Action> Actions = new()
    {
        ["samples"] = Samples,
        ["Gaussians"] = Gaussians,
        ["filters"] = () => Filters(0.4),
        ["membranes"] = Membranes,
        ["local standardisation"] = Local,
        ["forests"] = Forests,
        ["rows"] = Rows,
        ["smoothing"] = Smoothing,
        ["upsamplers"] = Upsamplers,
        ["upsamplers into bins"] = UpsamplersIntoBins,
        ["maps"] = Maps,
        ["deep labels"] = DeepLabels,
        ["smoothed labels"] = () => new Runs.SmoothingTests().ADeviceHasTheCpusLabelsOfAMaskedRegion("safe"),
        ["rates"] = () => new ThroughputTests().BothAreRightOnTheDeviceAndASimulationHasNoRates(),
    };

    private static readonly Dictionary<string, Lazy<PtxTwin>> Runs =
        Actions.ToDictionary(
            scene => scene.Key, scene => new Lazy<PtxTwin>(() => PtxTwin.Beside(scene.Value)));

    public static IEnumerable<string> Names => Actions.Keys;

    /// <summary>Runs a scene if it has not run, and returns the kernels that it launches.</summary>
    public static IReadOnlyDictionary<string, PtxCode> Launched(string scene) => Run(scene).Launched;

    /// <summary>Runs a scene if it has not run.</summary>
    public static PtxTwin Run(string scene) => Runs[scene].Value;

    private static void Samples()
    {
        var tests = new Kernels.PixelsTests();
        foreach (SampleType type in (SampleType[])[
            SampleType.UInt8, SampleType.Int8, SampleType.UInt16, SampleType.Int16, SampleType.Float32])
        {
            SampleReader reader = Pictures.Create("random", 19, 7, 3, type);
            var image = new FeatureSpec { Families = Families.Gaussian, Sigmas = [] };
            FilterRun.EqualsTheCpu(image, reader);
            tests.StandardisedSamplesAreTheCpusToo(type, 1);
        }
    }

    private static void Gaussians()
    {
        var tests = new GaussianTests();
        tests.EqualsTheCpu(1);
        tests.EqualsTheCpu(0.1);
        tests.EqualsTheCpuBeyondSharedMemory();
    }

    /// <summary>All families, as floats and as bins.</summary>
    private static void Filters(double scale)
    {
        SampleReader reader = Pictures.Create("random", 37, 29, 1, SampleType.UInt8);
        foreach (FeatureSpec spec in (FeatureSpec[])[
            FeatureSpec.Paper with { SigmaScale = scale },
            new FeatureSpec { Families = (Families)2047, Sigmas = [1, 2] },
            new FeatureSpec { Families = Families.Hessian, Sigmas = [1.3] },
        ])
        {
            FilterRun.EqualsTheCpu(spec, reader, 33, 17);
            FilterRun.Bins(spec, reader, Thresholds(BankRun.Planes(spec, reader)));
        }
    }

    private static void Membranes()
    {
        SampleReader reader = Pictures.Create("random", 35, 13, 1, SampleType.UInt8);
        foreach (MembraneGeometry geometry in (MembraneGeometry[])[new(), new(7, 12, 2.5), new(5, 3, 1)])
        {
            var spec = new FeatureSpec { Families = Families.Membrane, Membrane = geometry };
            FilterRun.EqualsTheCpu(spec, reader);
            FilterRun.Bins(spec, reader, Thresholds(BankRun.Planes(spec, reader)));
        }
    }

    private static void Local()
    {
        var tests = new LocalColumnsTests();
        tests.HasTheBitsOfTheCpu(2.4, 3, masked: false);
        tests.HasTheBitsOfTheCpu(9, 1, masked: true);
    }

    private static void Forests()
    {
        var tests = new ForestTests();
        tests.Open();
        tests.EveryNumberOfBytePlanes(64, ForestWalk.Few);
        tests.EveryNumberOfBytePlanes(65, ForestWalk.More);
        tests.EveryNumberOfBytePlanes(129, ForestWalk.Most);
        tests.EveryNumberOfBytePlanes(257, ForestWalk.Large);
        tests.RandomForestsEqualTheWalk(6, 3, 3000);
        tests.RandomForestsEqualTheWalk(9, 1, 100);
        tests.LabelsAloneAreTheSame(1);
        tests.Close();
    }

    private static void Rows()
    {
        var tests = new GatherTests();
        tests.Open();
        tests.RowsHoldThePixelsFeatures(33, 58);
        tests.RowsMayGoToPlacesOfTheirOwn(45, 7);
        tests.Close();
    }

    private static void Smoothing()
    {
        new Kernels.GuidedFilterTests().EqualsTheCpu(2);
        new Kernels.GuidedFilterTests().EqualsTheCpu(20);
        new Kernels.SmoothedPixelsTests().EqualsTheCpu();
        new Kernels.SoftmaxTests().EqualsTheCpu(1);
        new Kernels.SoftmaxTests().EqualsTheCpu(3);
        new Kernels.GuideTests().EqualsTheCpu(3, SampleType.UInt8);
    }

    private static void Upsamplers()
    {
        var tests = new UpsamplerGpuTests();
        tests.Open();
        tests.EqualsTheCpu(17, 6, 16, 33, 16, Padding.Replicate, Align.Corners);
        tests.EqualsTheCpu(16, 16, 30, 27, 14, Padding.Zeros, Align.HalfPixel);
        tests.ScaledGuidanceAndNormalisedFeaturesEqualTheCpu();
        tests.Close();
    }

    private static void UpsamplersIntoBins()
    {
        var tests = new UpsamplerGpuTests();
        tests.Open();
        tests.ChannelsGoIntoBins(8, 16, 24, true);
        tests.ChannelsGoIntoBins(14, 29, 31, false);
        tests.Close();
    }

    private static void Maps()
    {
        var tests = new DeepImageGpuTests();
        tests.WithoutANetworkItHasTheCpusBits(Upsampling.Nearest, 1);
        tests.WithoutANetworkItHasTheCpusBits(Upsampling.Bilinear, 2);
        tests.ALearnedUpsamplerSeesTheSamplesAsTheCpuDoes(3, part: false);
        new Kernels.JointBilateralTests().HasTheBitsOfTheCpu(4, 3);
    }

    private static void DeepLabels()
    {
        var tests = new GpuDeepTests();
        tests.OpenBackbone();
        foreach (Upsampling upsampling in (Upsampling[])[Upsampling.Nearest, Upsampling.Bilinear, Upsampling.JointBilateral])
        {
            tests.InterpolatedFeaturesGiveTheCpusBits(upsampling, 1);
        }
        tests.CloseBackbone();
    }

    /// <summary>For each plane seven of its values, so that every bin has pixels.</summary>
    private static float[][] Thresholds(float[][] planes) =>
        [.. planes.Select(plane => (float[])[.. plane.Order().Chunk((plane.Length / 7) + 1).Select(part => part[^1]).Distinct()])];
}
