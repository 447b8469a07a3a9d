using FastSeg.Checks;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Weights;
using FastSeg.Tests.Deep.Backbones;
using MathNet.Numerics.LinearAlgebra;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Tokens;

[TestFixture]
internal sealed unsafe class SharedPcaTests
{
    [Test]
    public void SplitMix64GivesItsPublishedNumbers()
    {
        var random = new SplitMix64(1234567);
        Assert.That(
            new[] { random.Next(), random.Next(), random.Next() },
            Is.EqualTo(new[] { 6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL }));
        var doubles = new SplitMix64(1234567);
        Assert.That(doubles.NextDouble(), Is.EqualTo((6457827717110365317UL >> 11) / 9007199254740992.0));
    }

    [TestCase(1), TestCase(3), TestCase(12), TestCase(33)]
    public void CovarianceEqualsTheDefinitionForAnyThreads(int dimension)
    {
        var random = new Random(dimension);
        float[][] views =
        [
            .. new[] { 70, 1, 129 }.Select(count => Enumerable.Range(0, count * dimension)
                .Select(i => (float)(1e4 + (i % dimension) + random.NextDouble())).ToArray()),
        ];
        double[] all = [.. views.SelectMany(view => view).Select(value => (double)value)];
        int tokens = all.Length / dimension;
        using var one = new SharedPcaCovariance(dimension);
        using var three = new SharedPcaCovariance(dimension);
        foreach (float[] view in views)
        {
            fixed (float* first = view)
            {
                one.Add(new TokenView(first, dimension, 1), view.Length / dimension, 1);
                three.Add(new TokenView(first, dimension, 1), view.Length / dimension, 3);
            }
        }
        Matrix<double> covariance = one.Covariance();
        double[] mean = one.Mean();
        Assert.That(one.Count, Is.EqualTo(tokens));
        for (int i = 0; i < dimension; i++)
        {
            double mi = Enumerable.Range(0, tokens).Average(t => all[(t * dimension) + i]);
            Assert.That(mean[i], Is.EqualTo(mi).Within(1e-9));
            for (int j = 0; j < dimension; j++)
            {
                double mj = Enumerable.Range(0, tokens).Average(t => all[(t * dimension) + j]);
                double expected = Enumerable.Range(0, tokens)
                    .Sum(t => (all[(t * dimension) + i] - mi) * (all[(t * dimension) + j] - mj)) / (tokens - 1);
                Assert.That(covariance[i, j], Is.EqualTo(expected).Within(1e-10), $"{i}, {j}");
            }
        }
        Assert.That(three.Covariance(), Is.EqualTo(covariance), "bit for bit");
    }

    [Test]
    public void TokensLaidOutAsAMapGiveTheSameCovariance()
    {
        float[] tokens = [.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i))];
        float[] map = [.. Enumerable.Range(0, 60).Select(i => tokens[(i % 20 * 3) + (i / 20)])];
        using var rows = new SharedPcaCovariance(3);
        using var planes = new SharedPcaCovariance(3);
        fixed (float* a = tokens, b = map)
        {
            rows.Add(new TokenView(a, 3, 1), 20, 1);
            planes.Add(new TokenView(b, 1, 20), 20, 1);
        }
        Assert.That(planes.Covariance(), Is.EqualTo(rows.Covariance()));
    }

    [Test]
    public void FittedComponentsAreTheLeadingEigenvectorsOfTheViewsTokens([Values(1, 2)] int scale)
    {
        using var tiny = new TinyBackbone(8, 7);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage a = RandomImage(90, 61), b = RandomImage(40, 200);
        var policy = new WindowPolicy(6, 2, false);
        var passes = new List<double>();
        SharedPca projection = SharedPcaFit.Fit(
            backbone, [a, b], InputRange.Bytes, policy, 4, 42, run: new ComputeOptions { Progress = new Collect(passes) }, scale: scale);
        Assert.That(passes, Has.Count.EqualTo(SharedPcaFit.Views), "one pass a view");

        Matrix<double> covariance = Tokens(tiny, backbone, [a, b], policy, 42, scale, out double[] mean);
        Assert.That(projection.Mean, Is.EqualTo(mean).Within(1e-4));
        for (int channel = 0; channel < 4; channel++)
        {
            Vector<double> component = Vector<double>.Build.Dense(7, j => projection.Components[(channel * 7) + j]);
            Assert.That(component.L2Norm(), Is.EqualTo(1).Within(1e-6));
            Assert.That(component.Enumerate().MaxBy(Math.Abs), Is.Positive, "the sign");
            Assert.That(projection.Eigenvalues[channel], Is.EqualTo((covariance * component).DotProduct(component)).Within(1e-5));
            Vector<double> rest = (covariance * component) - (projection.Eigenvalues[channel] * component);
            Assert.That(rest.L2Norm(), Is.LessThan(2e-5), "an eigenvector");
        }
        Assert.That(projection.Eigenvalues, Is.Ordered.Descending);
        double[] all = [.. covariance.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).OrderDescending()];
        Assert.That(projection.Eigenvalues, Is.EqualTo(all.Take(4)).Within(1e-5), "the largest ones");
    }

    [Test]
    public void FittingTwiceGivesTheSameBytesAndAnotherSeedOthers()
    {
        using var tiny = new TinyBackbone(14, 6, 5, false, 4);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = RandomImage(100, 20);
        byte[] Fit(ulong seed, int threads = 1)
        {
            var run = new ComputeOptions { Threads = threads };
            SharedPca fitted = SharedPcaFit.Fit(backbone, [image], InputRange.Bytes, WindowPolicy.Of(backbone), 3, seed, 6, run: run);
            return SharedPcaFile.Write([fitted], [1]);
        }
        Assert.That(Fit(1), Is.EqualTo(Fit(1)));
        Assert.That(Fit(1, threads: 4), Is.EqualTo(Fit(1)), "four views at once");
        Assert.That(Fit(2), Is.Not.EqualTo(Fit(1)));
        void FitSeven() => SharedPcaFit.Fit(backbone, [image], InputRange.Bytes, WindowPolicy.Of(backbone), 7, 0);
        Assert.That(Assert.Throws<FastSegException>(FitSeven)!.Message,
            Does.Contain("The number of channels 7 cannot be had").And.Contain("give 1 to 6"));
    }

    [Test]
    public void ProjectingIsAMatrixProductForAnyNumberOfCellsAndChannels(
        [Values(1, 3, 4, 5, 9)] int cells, [Values(1, 8, 11, 16)] int channels)
    {
        const int Dimension = 20;
        var random = new Random(cells + (channels * 100));
        float[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        float[] mean = Random(Dimension), components = Random(channels * Dimension), tokens = Random(cells * Dimension);
        var projection = new SharedPca(mean, components, new float[channels]);
        int stride = cells + 2;
        float[] features = new float[channels * stride];
        Array.Fill(features, float.NaN);
        fixed (float* from = tokens, to = features)
        {
            projection.Project(from, cells, to, stride);
        }
        for (int cell = 0; cell < cells; cell++)
        {
            double[] exact = [.. Enumerable.Range(0, channels).Select(channel => Enumerable.Range(0, Dimension)
                .Sum(j => components[(channel * Dimension) + j] * ((double)tokens[(cell * Dimension) + j] - mean[j])))];
            for (int channel = 0; channel < channels; channel++)
            {
                Assert.That(features[(channel * stride) + cell], Is.EqualTo(exact[channel]).Within(5e-6));
            }
        }
        Assert.That(
            Enumerable.Range(0, features.Length).Where(i => i % stride >= cells).Select(i => features[i]),
            Is.All.NaN,
            "nothing else is written");
    }

    [Test]
    public void TheIdentityIsTheHashOfMeanAndComponents()
    {
        // hashlib.sha256(numpy.array([1, 2, 3, 1, 0, 0, 0, 1, 0], "<f4").tobytes()).hexdigest()
        const string Known = "136319e8987c3f6d3ce44fc5e4c72243266d4bdab9f294b4b400c83a3a394d28";
        Assert.That(new SharedPca([1, 2, 3], [1, 0, 0, 0, 1, 0], [5, 4]).Identity(), Is.EqualTo(Known));
        Assert.That(new SharedPca([1, 2, 3], [1, 0, 0, 0, 1, 0], [9, 8]).Identity(), Is.EqualTo(Known), "eigenvalues do not count");
        Assert.That(new SharedPca([1, 2, 3], [1, 0, 0, 0, 0, 1], [5, 4]).Identity(), Is.Not.EqualTo(Known));
        byte[] file = SharedPcaFile.Write([new SharedPca([1, 2, 3], [1, 0, 0, 0, 1, 0], [5, 4])], [1]);
        Assert.That(SharedPcaFile.Parse(file, "p", [1])[0].Identity(), Is.EqualTo(Known), "through the file");
    }

    [Test]
    public void AProjectionSurvivesItsFile()
    {
        var projection = new SharedPca([1, 2, 3], [1, 0, 0, 0, 1, 0], [5, 4]);
        var second = new SharedPca([3, 2, 1], [0, 1, 0, 0, 0, 1], [7, 6]);
        foreach (SharedPca[] written in (SharedPca[][])[[projection], [projection, second]])
        {
            int[] scales = [.. Enumerable.Range(1, written.Length)];
            IReadOnlyList<SharedPca> read =
                SharedPcaFile.Parse(SharedPcaFile.Write(written, scales), "projection.safetensors", scales);
            Assert.That(
                read.Select(one => (one.Mean, one.Components, one.Eigenvalues)),
                Is.EqualTo(written.Select(one => (one.Mean, one.Components, one.Eigenvalues))));
        }
        byte[] first = SharedPcaFile.Write([projection], [1]);
        Assert.That(Safetensors.Parse(first, "p").Tensors.Keys, Is.EqualTo(new[] { "mean", "components", "eigenvalues" }));
        Assert.That(
            Safetensors.Parse(SharedPcaFile.Write([second], [2]), "p").Tensors.Keys,
            Is.EqualTo(new[] { "mean_2", "components_2", "eigenvalues_2" }));
        Assert.That(
            Assert.Throws<FastSegException>(() => SharedPcaFile.Parse(first, "p", [1, 2]))!.Message,
            Does.Contain("p is no projection: it needs mean_2 (d)"));
        byte[] other = Safetensors.Write([new WeightTensor("mean", [3], [1, 2, 3])], new Dictionary<string, string>());
        Assert.That(
            Assert.Throws<FastSegException>(() => SharedPcaFile.Parse(other, "p", [1]))!.Message,
            Does.Contain("p is no projection: it needs mean (d)"));
        byte[] broken = SharedPcaFile.Write([new SharedPca([1, float.NaN, 3], [1, 0, 0], [5])], [1]);
        Assert.That(
            Assert.Throws<FastSegException>(() => SharedPcaFile.Parse(broken, "p", [1]))!.Message,
            Does.Contain("mean has a value that is not finite"));
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Assert.That(
            Assert.Throws<FastSegException>(() => projection.CheckFits(backbone))!.Message,
            Does.Contain("its tokens have 10 numbers, but the model's projection takes 3"));
    }

    [Test]
    public void AViewIsTheDefinition([Values(0UL, 1UL, 2UL, 3UL, 4UL, 5UL)] ulong seed, [Values(1, 9, 40)] int height)
    {
        const int Width = 35;
        var view = SharedPcaView.Draw(new SplitMix64(seed), 100, 50, Width, height);
        var numbers = new SplitMix64(seed);
        double[] u = [.. Enumerable.Range(0, 7).Select(_ => numbers.NextDouble())];
        Assert.That((view.Y, view.X), Is.EqualTo(((long)(u[0] * (51 - height)), (long)(u[1] * 66))));
        Assert.That(view.Zoom, Is.EqualTo(u[2] < 0.5 ? 1 + (0.8 * u[3]) : 1).Within(1e-12));
        Assert.That((view.CropY, view.CropX, view.Flip), Is.EqualTo(((int)(u[4] * 61), (int)(u[5] * 61), u[6] < 0.5)));

        var random = new Random(1);
        float[] window = [.. Enumerable.Range(0, 2 * Width * height).Select(_ => (float)random.NextDouble())];
        float[] actual = new float[window.Length];
        fixed (float* from = window, to = actual)
        {
            view.Apply(from, to, Width, height, 2);
        }
        for (int i = 0; i < actual.Length; i++)
        {
            (int plane, int y, int x) = (i / (Width * height), i / Width % height, i % Width);
            double expected = Reference(window.AsSpan(plane * Width * height, Width * height), Width, height, view, x, y);
            Assert.That(actual[i], Is.EqualTo(expected).Within(1e-6), $"plane {plane}, x {x}, y {y}");
        }
    }

    /// <summary>Pads, zooms, crops and flips one after the other.</summary>
    private static double Reference(ReadOnlySpan<float> window, int width, int height, SharedPcaView view, int x, int y)
    {
        static int Bounce(int i, int size)
        {
            while (size > 1 && (i < 0 || i >= size))
            {
                i = i < 0 ? -i : (2 * (size - 1)) - i;
            }
            return size > 1 ? i : 0;
        }
        double column = view.CropX + (view.Flip ? width - 1 - x : x), row = view.CropY + y;
        double middleX = (width + 59) / 2.0, middleY = (height + 59) / 2.0;
        column = middleX + ((column - middleX) / view.Zoom);
        row = middleY + ((row - middleY) / view.Zoom);
        double value = 0;
        for (int dy = 0; dy < 2; dy++)
        {
            for (int dx = 0; dx < 2; dx++)
            {
                int j = (int)Math.Floor(column) + dx, i = (int)Math.Floor(row) + dy;
                double weight = (1 - Math.Abs(column - j)) * (1 - Math.Abs(row - i));
                value += weight * window[(Bounce(i - 30, height) * width) + Bounce(j - 30, width)];
            }
        }
        return value;
    }

    /// <summary>Covariance of the reference network's tokens over the same views.</summary>
    private static Matrix<double> Tokens(
        TinyBackbone tiny, Backbone backbone, MemoryImage[] images, WindowPolicy policy, ulong seed, int scale, out double[] mean)
    {
        var random = new SplitMix64(scale == 1 ? seed : new SplitMix64(seed).Next());
        var rows = new List<double[]>();
        for (int i = 0; i < SharedPcaFit.Views; i++)
        {
            ImageInfo info = images[i % images.Length].Info;
            byte[] samples = new byte[info.Width * info.Height];
            images[i % images.Length].Read(info.Bounds, samples);
            long height = info.Height * scale, width = info.Width * scale, rowsOfCells = (height + 7) / 8, columnsOfCells = (width + 7) / 8;
            int h = (int)Math.Min(policy.Tokens, rowsOfCells) * 8, w = (int)Math.Min(policy.Tokens, columnsOfCells) * 8;
            SharedPcaView view = SharedPcaView.Draw(random, columnsOfCells * 8, rowsOfCells * 8, w, h);
            double Unit(int y, int x) => samples[(y * info.Width) + x] / 255.0;
            double[] planes = new double[3 * w * h];
            for (int colour = 0; colour < 3; colour++)
            {
                float[] window = new float[w * h];
                for (int k = 0; k < window.Length; k++)
                {
                    int y = (int)Math.Min(view.Y + (k / w), height - 1), x = (int)Math.Min(view.X + (k % w), width - 1);
                    double unit = scale == 1 ? Unit(y, x) : EnlargementReference.At(Unit, (int)info.Height, (int)info.Width, y, x);
                    window[k] = ((float)unit - backbone.Description.Mean[colour]) / backbone.Description.Std[colour];
                }
                for (int k = 0; k < window.Length; k++)
                {
                    planes[(colour * w * h) + k] = Reference(window, w, h, view, k % w, k / w);
                }
            }
            double[] tokens = tiny.Tokens(planes, h, w);
            rows.AddRange(tokens.Chunk(tiny.Dimension));
        }
        double[] average = mean = [.. Enumerable.Range(0, tiny.Dimension).Select(j => rows.Average(row => row[j]))];
        return Matrix<double>.Build.Dense(tiny.Dimension, tiny.Dimension,
            (i, j) => rows.Sum(row => (row[i] - average[i]) * (row[j] - average[j])) / (rows.Count - 1));
    }

    private static MemoryImage RandomImage(int width, int height)
    {
        byte[] samples = new byte[width * height];
        new Random(width).NextBytes(samples);
        return MemoryImage.FromMemory<byte>(samples, width, height);
    }

    private sealed class Collect(List<double> reports) : IProgress<double>
    {
        public void Report(double value) => reports.Add(value);
    }
}
