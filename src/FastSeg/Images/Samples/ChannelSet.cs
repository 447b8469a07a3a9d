namespace FastSeg.Images.Samples;

/// <summary>The channels of an image, or those that a model sees.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="IsColour">Whether they are red, green and blue.</param>
/// <param name="Names">A name for each; empty where they have none.</param>
internal sealed record ChannelSet(int Count, bool IsColour, IReadOnlyList<string> Names)
{
    /// <summary>The one channel of a grey image.</summary>
    public static ChannelSet Grey { get; } = new(1, false, []);

    private static readonly string[] Colours = ["red", "green", "blue"];

    /// <summary>What an image has.</summary>
    public static ChannelSet Of(ImageInfo image) => new(image.Channels, image.IsColour, image.ChannelNames);

    /// <summary>So many channels of an image: its own, or others without names.</summary>
    /// <param name="image">The image.</param>
    /// <param name="channels">How many; 0 for those that the image turns out to have, which is null.</param>
    public static ChannelSet? Wanted(ImageInfo image, int channels) => channels == 0 ? null
        : channels == image.Channels ? Of(image)
        : new ChannelSet(channels, channels == 3, []);

    /// <summary>
    /// What a training on images sees: one channel where all images are grey, and otherwise the channels that they have in common. Only
    /// beside images in colour may there be grey ones.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="grey">Whether each is grey: one channel, or three equal ones of an image in colour.</param>
    /// <exception cref="FastSegException">Two images have channels that do not go together; the sentence names both.</exception>
    public static ChannelSet Of(IReadOnlyList<ImageInfo> images, IReadOnlyList<bool> grey)
    {
        if (grey.All(is1 => is1))
        {
            return Grey;
        }
        ImageInfo first = images.First(image => image.Channels > 1);
        ImageInfo named = images.FirstOrDefault(image => image.Channels == first.Channels && image.ChannelNames.Count > 0) ?? first;
        ChannelSet seen = Of(first) with
        {
            IsColour = images.All(image => image.Channels == 1 || image.IsColour),
            Names = named.ChannelNames,
        };
        foreach (ImageInfo image in images)
        {
            seen.Check(image, $"{first.Name} has");
        }
        return seen;
    }

    /// <summary>
    /// Refuses an image with other channels. Grey goes with colour, in which it is repeated, and colour with grey as long as its channels
    /// are equal, which each tile looks at.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="whose">Subject and verb of the sentence's second half.</param>
    /// <exception cref="FastSegException">The sentence names both numbers.</exception>
    public void Check(ImageInfo image, string whose = "the model sees")
    {
        bool fits = image.Channels == Count || (image.Channels == 1 && IsColour) || (Count == 1 && image.IsColour);
        if (!fits)
        {
            throw new FastSegException(
                $"{image.Name} has {Of(image).Text()}, but {whose} {Text()}; give images with as many channels, in the same order.");
        }
    }

    /// <summary>The channels in words: "2 channels (DAPI, GFP)".</summary>
    public string Text()
    {
        string what = Names.Count > 0 ? $" ({string.Join(", ", Names)})" : Count == 1 ? " (grey)" : IsColour ? " (RGB)" : "";
        return $"{Count} channel{(Count == 1 ? "" : "s")}{what}";
    }

    /// <summary>Names of an image's planes, channel after channel; with several channels, each begins with its channel.</summary>
    /// <param name="features">Names of one channel's features.</param>
    public IReadOnlyList<string> PlaneNames(IReadOnlyList<string> features) => Count == 1
        ? features
        : [.. Prefixes().SelectMany(channel => features.Select(name => $"{channel}_{name}"))];

    /// <summary>A word for each channel: its name, its colour, or its number from 0 up. No two are equal.</summary>
    private string[] Prefixes()
    {
        string[] words = Names.Count == Count ? [.. Names.Select(Word)]
            : IsColour ? Colours
            : [.. Enumerable.Range(0, Count).Select(Number)];
        bool IsTwice(string word) => words.Count(other => other == word) > 1;
        return [.. words.Select((word, i) => word.Length == 0 ? Number(i) : IsTwice(word) ? $"{word}_{Number(i)}" : word)];
    }

    private static string Number(int channel) => FormattableString.Invariant($"c{channel}");

    /// <summary>A name without what parts the words of a plane's name.</summary>
    private static string Word(string name) =>
        string.Concat(name.Trim().Select(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter is ',' ? '_' : letter));
}
