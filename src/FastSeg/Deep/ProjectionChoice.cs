using FastSeg.Deep;

namespace FastSeg;

/// <summary>Where the projection of scale 1 comes from, and why so. Another scale's is always fitted to the training images.</summary>
/// <param name="Stored">The stored projection; null where one is fitted.</param>
/// <param name="Reason">Which, and why, in words that can follow a colon.</param>
public sealed record ProjectionChoice(ProjectionFile? Stored, string Reason)
{
    /// <summary>How a sentence calls the settings that a caller may know by other names.</summary>
    private const string CountWords = "a number of channels of", GivenWords = "The given projection";

    private const int ShownDigits = 12;

    /// <summary>Decides which projection scale 1 gets.</summary>
    /// <exception cref="FastSegException">The given one does not fit, or the stored one is damaged.</exception>
    internal static ProjectionChoice Of(DeepOptions options)
    {
        int channels = options.Channels / Math.Max(1, options.Scales.Count);
        if (options.Projection is { } given)
        {
            CheckGiven(options, given, channels);
            return Take(options, given, channels);
        }
        if (options.FitProjection)
        {
            return Fit("as asked for");
        }
        if (options.Backbone.Projection is not { } stored)
        {
            return Fit($"there is no stored one ({options.Backbone.ProjectionPath})");
        }
        return !options.Scales.Contains(1)
            ? Fit($"the scales are {DeepScales.Text(options.Scales)}, and {stored.Name} serves scale 1 alone")
            : channels > stored.Channels
            ? Fit($"{channels} channels of scale 1 are wanted, and {stored.Name} has {stored.Channels} components")
            : Take(options, stored, channels);
    }

    /// <summary>The first digits of an identity, as sentences show it.</summary>
    internal static string Short(string identity) =>
        identity.Length > ShownDigits ? $"{identity[..ShownDigits]}.." : identity;

    private static ProjectionChoice Fit(string why) => new(null, $"fitted to the images: {why}");

    private static ProjectionChoice Take(DeepOptions options, ProjectionFile stored, int channels)
    {
        string part = channels < stored.Channels ? $", the first {channels} of its {stored.Channels} components" : "";
        string others = options.Scales.Count > 1 ? "; that of scale 2 is fitted to the images" : "";
        return new ProjectionChoice(stored, $"stored, identity {Short(stored.Identity)} ({stored.Name}){part}{others}");
    }

    /// <summary>Refuses a projection that the caller named and that does not fit; a folder's own would be passed over instead.</summary>
    private static void CheckGiven(DeepOptions options, ProjectionFile given, int channels)
    {
        options.Backbone.CheckProjection(given);
        if (options.FitProjection)
        {
            throw new FastSegException(
                $"{GivenWords} {given.Name} would not be used where one is to be fitted; ask for one of the two.",
                Setting.Projection, GivenWords);
        }
        if (!options.Scales.Contains(1))
        {
            throw new FastSegException(
                $"{GivenWords} {given.Name} serves scale 1 alone, but the scales are {DeepScales.Text(options.Scales)}; leave it out.",
                Setting.Projection, GivenWords);
        }
        if (channels > given.Channels)
        {
            throw new FastSegException(
                $"{given.Name}: the projection has {given.Channels} components, but {channels} channels of scale 1 are wanted; choose "
                + $"{CountWords} at most {given.Channels * options.Scales.Count}, or another projection.",
                Setting.Channels, CountWords);
        }
    }
}
