using System.Runtime.InteropServices;

namespace FastSeg.Cli.Pictures;

/// <summary>
/// The first three principal components of an image's features as red, green and blue. Classical features are computed twice, tile by
/// tile: first for a sample of pixels that gives the components, then for every pixel. The stack as a whole never exists.
/// </summary>
internal static class FeaturePicture
{
    /// <summary>What the pass is called that looks for components and makes no picture.</summary>
    public const string Components = "components";

    private const int SamplePixels = 20_000;

    /// <summary>Runs one pass over the image with the options of whoever asks for the picture.</summary>
    /// <param name="what">What the pass is called.</param>
    /// <param name="run">The pass.</param>
    internal delegate RunResult Pass(string what, Func<ComputeOptions, RunResult> run);

    /// <summary>The picture of classical features: two passes. Where a mask is 0, samples do not count in mean and deviation.</summary>
    public static Picture Of(Pass pass, ImageReader image, FeatureSpec features, ImageReader? mask = null)
    {
        ImageInfo info = image.Info;
        int step = (int)Math.Max(1, Math.Ceiling(Math.Sqrt((double)info.Bounds.Pixels / SamplePixels)));
        Sampler? sampler = null;
        pass(Components, options =>
            Segmenter.Features(image, features, 0, names => sampler = new Sampler(Layout(info, names), step), options, mask: mask));
        var components = PrincipalComponents.Of(sampler!.Samples, sampler.Layout.Pages, 3);
        Projector? projector = null;
        pass("picture", options => Segmenter.Features(
            image, features, 0, names => projector = new Projector(Layout(info, names), components), options, mask: mask));
        return projector!.ToPicture();
    }

    /// <summary>
    /// The first three deep channels at low resolution (nearest) and at full resolution, side by side. They are principal components
    /// already, largest first, of views of this image; the same ones in both pictures. One pass.
    /// </summary>
    public static Picture OfDeep(Pass pass, ImageReader image, DeepOptions deep, Standardisation standardise)
    {
        Projector? low = null, full = null;
        Projector Create(IReadOnlyList<string> names) => new(Layout(image.Info, names), PrincipalComponents.Ready(0, names.Count, 3));
        pass("features", options =>
            Segmenter.DeepFeatures(image, deep, names => low = Create(names), names => full = Create(names), options, standardise));
        return Picture.Beside(low!.ToPicture(), full!.ToPicture());
    }

    private static ImageLayout Layout(ImageInfo info, IReadOnlyList<string> names) =>
        new(info.Width, info.Height, SampleType.Float32, names.Count) { PageNames = names };

    /// <summary>Keeps every step-th pixel of every step-th row.</summary>
    private sealed class Sampler(ImageLayout layout, int step) : ImageWriter
    {
        private readonly int _columns = Shrunk.Size(layout.Width, step);

        public override ImageLayout Layout => layout;

        /// <summary>Samples x features.</summary>
        public float[] Samples { get; } = new float[Shrunk.Size(layout.Width, step) * Shrunk.Size(layout.Height, step) * layout.Pages];

        public override long HeldBytes(int threads) => (long)Samples.Length * sizeof(float);

        public override void Write(Region region, ReadOnlySpan<byte> samples)
        {
            ReadOnlySpan<float> planes = MemoryMarshal.Cast<byte, float>(samples);
            int pixels = checked((int)region.Pixels);
            for (long y = (region.Y + step - 1) / step * step; y < region.Bottom; y += step)
            {
                for (long x = (region.X + step - 1) / step * step; x < region.Right; x += step)
                {
                    int from = (int)(((y - region.Y) * region.Width) + (x - region.X));
                    int to = (int)(((y / step) * _columns) + (x / step)) * layout.Pages;
                    for (int plane = 0; plane < layout.Pages; plane++)
                    {
                        Samples[to + plane] = planes[(plane * pixels) + from];
                    }
                }
            }
        }

        public override void Commit()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    /// <summary>Averages the components of every pixel into the picture.</summary>
    private sealed class Projector : ImageWriter
    {
        private readonly PrincipalComponents _components;
        private readonly int _factor;
        private readonly int _columns;
        private readonly int _rows;
        private readonly float[] _sums;
        private readonly Lock _gate = new();

        public Projector(ImageLayout layout, PrincipalComponents components)
        {
            (Layout, _components) = (layout, components);
            _factor = Picture.Factor(layout.Width, layout.Height);
            _columns = Shrunk.Size(layout.Width, _factor);
            _rows = Shrunk.Size(layout.Height, _factor);
            _sums = new float[components.Weights.Length * _columns * _rows];
        }

        public override ImageLayout Layout { get; }

        public override long HeldBytes(int threads) => (long)_sums.Length * sizeof(float);

        public override void Write(Region region, ReadOnlySpan<byte> samples)
        {
            ReadOnlySpan<float> planes = MemoryMarshal.Cast<byte, float>(samples);
            int pixels = checked((int)region.Pixels);
            float[] values = new float[pixels];
            for (int component = 0; component < _components.Weights.Length; component++)
            {
                Array.Clear(values);
                for (int plane = 0; plane < Layout.Pages; plane++)
                {
                    ReadOnlySpan<float> feature = planes.Slice(plane * pixels, pixels);
                    for (int i = 0; i < pixels; i++)
                    {
                        values[i] += _components.Part(component, plane, feature[i]);
                    }
                }
                // Tiles need not end where picture pixels do, so two of them may add to the same one.
                lock (_gate)
                {
                    Add(region, values, component);
                }
            }
        }

        /// <summary>The sums as a picture: each component averaged over its pixels and stretched to its own contrast.</summary>
        public Picture ToPicture()
        {
            var picture = new Picture(_columns, _rows);
            int pixels = _columns * _rows;
            for (int component = 0; component < _components.Weights.Length; component++)
            {
                Span<float> plane = _sums.AsSpan(component * pixels, pixels);
                for (int i = 0; i < pixels; i++)
                {
                    long wide = Math.Min(_factor, Layout.Width - ((long)(i % _columns) * _factor));
                    long high = Math.Min(_factor, Layout.Height - ((long)(i / _columns) * _factor));
                    plane[i] /= wide * high;
                }
                (float low, float top) = Contrast.Percentiles(plane);
                for (int i = 0; i < pixels; i++)
                {
                    picture.Rgb[(3 * i) + component] = Contrast.Stretch(plane[i], low, top);
                }
            }
            return picture;
        }

        public override void Commit()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }

        private void Add(Region region, float[] values, int component)
        {
            for (int i = 0; i < values.Length; i++)
            {
                long x = region.X + (i % region.Width), y = region.Y + (i / region.Width);
                _sums[(((component * _rows) + (y / _factor)) * _columns) + (x / _factor)] += values[i];
            }
        }
    }
}
