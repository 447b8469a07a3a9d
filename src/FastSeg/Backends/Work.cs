using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Features.Local;
using FastSeg.Forest;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Backends;

/// <summary>What a run computes of an image, on any backend.</summary>
/// <param name="Image">The image, as <see cref="LocalReader.Of"/> makes it.</param>
/// <param name="Features">Classical features.</param>
/// <param name="Channels">Channels that the model sees.</param>
/// <param name="Deep">Deep features behind the classical ones, or null.</param>
/// <param name="Forest">The trees; null where only features are wanted.</param>
internal sealed record Work(ImageReader Image, FeatureSpec Features, int Channels, DeepModel? Deep, DecisionForest? Forest)
{
    /// <summary>The image as it is stored, where <see cref="Image"/> standardises samples by their neighbourhood.</summary>
    public ImageReader Stored => LocalReader.SourceOf(Image);

    /// <summary>What deep features and their upsampling are given of the image.</summary>
    public ImageReader DeepSource => Deep is { } deep
        ? Images.DeepSource.Of(Image, deep.Description.Rgb, divided: Features.Standardise == Standardisation.None)
        : Image;

    /// <summary>Whether the trees' margins are wanted besides the labels: for probabilities, confidence or smoothing.</summary>
    public bool Margins { get; init; }

    /// <summary>Mean and deviation of all of the page's samples; null where they are not needed, or not known yet.</summary>
    public SampleStatistics? Samples { get; init; }

    /// <summary>Of which of the page's samples percentiles are taken before the first tile.</summary>
    public Percentiles Percentiles { get; init; }

    /// <summary>Whether the page's mean and deviation must be known before the first tile.</summary>
    public bool NeedsSamples => Features.Standardise == Standardisation.Image || Smoothing.Mode != SmoothingMode.None;

    /// <summary>What filters see of a stored sample.</summary>
    public SampleMap Map => MapOf(Features.Standardise, Samples);

    /// <summary>What is done to the probabilities; it decides how many pixels around a core get probabilities too.</summary>
    public Smoothing Smoothing { get; init; } = Smoothing.None;

    /// <summary>Whether the backend can smooth itself.</summary>
    public bool BackendSmooths { get; init; }

    /// <summary>
    /// Whether the backend smooths, so that smoothed results leave it instead of margins. It has no guide where samples were standardised
    /// by their neighbourhood before it gets them; then the host smooths.
    /// </summary>
    public bool SmoothsOnDevice => BackendSmooths && Smoothing.Mode != SmoothingMode.None && Stored == Image;

    /// <summary>Whether probabilities or the confidence are results, besides the labels.</summary>
    public bool Probabilities { get; init; }

    /// <summary>An image of the same size that is 0 where a pixel is left out; null where none is.</summary>
    public ImageReader? Mask { get; init; }

    /// <summary>The pixels whose rows are gathered for training; null where none are.</summary>
    public LabelledPixels? Labels { get; init; }

    /// <summary>
    /// How many rows the whole training set has, where they stay on the device that gathers them; 0 where the rows come down, tile by tile.
    /// </summary>
    public long ResidentRows { get; init; }

    /// <summary>Whether the run leaves tiles of deep features at full resolution to later runs, or may find some that one left.</summary>
    public bool KeepsTiles { get; init; }

    /// <summary>Notes values of a few planes while trees are applied on the processor; null where nobody asks.</summary>
    public PlaneSamples? Planes { get; init; }

    /// <summary>
    /// Whether files without names may be made: for large maps of deep features, where <see cref="DeepMaps.LieOnDisk"/> says so, and for
    /// the decoded samples of a large page that is read twice.
    /// </summary>
    public bool MayUseDisk { get; init; }

    /// <summary>Whether the page's samples are kept on the disk, as they were decoded, from the first pass over the page on.</summary>
    public bool KeepsDecoded { get; init; }

    /// <summary>Bytes of the page's decoded samples.</summary>
    public long DecodedBytes => checked(Image.Info.Bounds.Pixels * Image.Info.PixelBytes);

    /// <summary>Bytes of the results, uncompressed, which may lie on the disk of the temporary folder.</summary>
    public long ResultBytes { get; init; }

    /// <summary>
    /// The rows of the page that have pixels which are computed, where it is known before the run is planned that others have none; null
    /// where all may have some.
    /// </summary>
    public (long From, long To)? Rows { get; init; }

    /// <summary>The pixels of the page whose deep features at low resolution are needed for <see cref="Rows"/>; null for all.</summary>
    public NeededPixels? NeededMaps => Rows is not { } rows || Deep is not { } deep ? null : DeepImage.NeededFor(
        deep, Image.Info, rows.From >= rows.To ? [] : [Computed(Image.Info.Bounds with { Y = rows.From, Height = rows.To - rows.From })],
        checked((int)Math.Min(Image.Info.Width, MostMapColumns)));

    /// <summary>Columns of a tile for which a learned upsampler says what rows it looks at, which do not depend on them.</summary>
    private const int MostMapColumns = 1024;

    /// <summary>Whether the run computes maps of deep features that lie on the disk.</summary>
    public bool MapsOnDisk { get; init; }

    /// <summary>Bytes of the files without names.</summary>
    public long DiskBytes => (MapsOnDisk ? DeepMaps.Bytes(Deep!, Image.Info, NeededMaps).Sum() : 0)
        + (KeepsDecoded ? DecodedBytes : 0);

    /// <summary>Looks after each band that is computed.</summary>
    public Watch Watch { get; init; } = new();

    /// <summary>Pixels that are read around those that are computed: the features look at them, or the guide of a smoothing does.</summary>
    public int Halo => Math.Max(Features.FilterHalo, Smoothing.GuideHalo);

    /// <summary>
    /// What is done with tiles: gather where pixels are labelled, predict where there are trees, and otherwise compute the planes.
    /// </summary>
    public TileVerb Verb => Labels is not null ? TileVerb.Gather : Forest is not null ? TileVerb.Predict : TileVerb.Features;

    /// <summary>Number of deep planes.</summary>
    public int DeepChannels => Deep?.Description.Channels ?? 0;

    /// <summary>Number of all planes: features times channels, then the deep ones.</summary>
    public int PlaneCount => (Features.Names.Count * Channels) + DeepChannels;

    /// <summary>What filters see of a sample of <see cref="Image"/>.</summary>
    /// <param name="mode">How samples are standardised.</param>
    /// <param name="samples">Mean and deviation of the page's samples, where they are known.</param>
    public static SampleMap MapOf(Standardisation mode, SampleStatistics? samples) => mode switch
    {
        Standardisation.Image => SampleMap.OfKnown(samples),
        Standardisation.Local => SampleMap.Standardised,
        _ => default,
    };

    /// <summary>The pixels whose probabilities a core's results need: the core with the smoothing's reach, cut off at the page.</summary>
    public Region Computed(Region core) => core.Inflate(Smoothing.Reach).Intersect(Image.Info.Bounds);

    /// <summary>At least as many columns and rows as any core has with the smoothing's reach, given the largest core.</summary>
    public Region Largest(Region maxCore)
    {
        Region page = Image.Info.Bounds;
        long around = 2L * Smoothing.Reach;
        return new Region(0, 0, Math.Min(maxCore.Width + around, page.Width), Math.Min(maxCore.Height + around, page.Height));
    }
}
