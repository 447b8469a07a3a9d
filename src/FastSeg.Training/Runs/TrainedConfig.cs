using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;
using FastSeg.Learning.Pieces;

namespace FastSeg.Learning.Runs;

/// <summary>Which network a job trains, and whether it can be trained at all.</summary>
internal static class TrainedConfig
{
    private const string Counter = ".num_batches_tracked";
    private const string ChannelWords = "The number of channels";

    /// <summary>A new network: the sizes of the paper's table, with half-pixel centres unless it is trained as the paper's are.</summary>
    public static UpsamplerConfig Fresh(UpsamplerJob job, int patch) => new()
    {
        ChannelsIn = job.Channels,
        ChannelsHidden = job.Channels,
        ChannelsOut = job.Channels,
        ChannelsDown = job.Channels < 128 ? 32 : 64,
        Patch = patch,
        Padding = Padding.Replicate,
        GuidanceScale = 1,
        NormaliseL1 = job.Recipe == UpsamplerRecipe.Given,
        Align = job.Recipe == UpsamplerRecipe.Given ? Align.Corners : Align.HalfPixel,
    };

    /// <summary>Whether a tensor of a file is a weight of the network, and no counter.</summary>
    public static bool IsWeight(WeightTensor tensor) => !tensor.Name.EndsWith(Counter, StringComparison.Ordinal);

    /// <summary>Refuses what cannot be trained.</summary>
    /// <exception cref="FastSegException">The sentence says what.</exception>
    public static void Check(UpsamplerJob job, Backbone backbone, UpsamplerFile? from)
    {
        int patch = backbone.Description.Patch;
        bool given = job.Recipe == UpsamplerRecipe.Given;
        if (patch < 2 || (patch % 2 != 0 && !given))
        {
            throw new FastSegException($"{backbone.Folder} has patches of {patch} pixels; targets are made of halves of even patches.");
        }
        if (job.Channels % 2 != 0 && !given)
        {
            throw new FastSegException(
                $"{ChannelWords} {job.Channels} cannot be divided by 2; half of them are of the image, half of the image enlarged twice.",
                Setting.Channels, ChannelWords);
        }
        if (backbone.FixedTokens > TrainingPiece.Cells - 1 && !given)
        {
            throw new FastSegException(
                $"{backbone.Folder}: the graph takes windows of {backbone.FixedTokens} cells only, more than the {TrainingPiece.Cells} "
                + "of a piece that is trained on; export it with free rows and columns.");
        }
        if (from is not null && given)
        {
            throw new FastSegException($"{from.Name} cannot be trained towards given targets; such a training begins anew.");
        }
        if (from?.Config is { } config && backbone.Misfit(config) is { } why)
        {
            throw new FastSegException($"{from.Name}: {why}; begin with another network, or anew.");
        }
        if (from?.Config is { } other
            && (other.ChannelsIn != job.Channels || other.ChannelsOut != job.Channels || other.ChannelsHidden != job.Channels))
        {
            throw new FastSegException(
                $"{from.Name} takes {other.ChannelsIn} channels and gives {other.ChannelsOut}, with {other.ChannelsHidden} between, but "
                + $"{job.Channels} are trained; give its own number, or begin anew.");
        }
        if (from?.Config.NormaliseL1 == true)
        {
            throw new FastSegException(
                $"{from.Name} takes features divided by their L1 norm, and those are trained towards given targets only; begin anew.");
        }
    }

    /// <summary>Refuses a network that was trained for another projection.</summary>
    /// <exception cref="FastSegException">It was.</exception>
    public static void CheckIdentity(UpsamplerFile? from, string identity)
    {
        if (from?.Config.Projection is { } known && known != identity)
        {
            throw new FastSegException(
                $"{from.Name} was trained for the projection {known}, but this one is {identity}; give its own projection, or begin anew.");
        }
    }
}
