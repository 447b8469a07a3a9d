namespace FastSeg.Runs;

/// <summary>
/// What makes the results of a stack doubtful: a sentence that thousands of images share, but for their names and numbers, is said once,
/// for the first of them, and in the end how many there are.
/// </summary>
/// <param name="stack">What sentences call the stack.</param>
/// <param name="warned">Told of a sentence when it is said first; null where nobody listens.</param>
internal sealed class StackWarnings(string stack, Action<string>? warned)
{
    private readonly List<string> _first = [];
    private readonly Dictionary<string, (string Image, int Count)> _kinds = [];

    /// <summary>The sentences, and how many images share them.</summary>
    public IReadOnlyList<string> Sentences =>
    [
        .. _first,
        .. _kinds.Values.Where(kind => kind.Count > 1)
            .Select(kind => $"{stack}: what is said of {kind.Image} is so with {kind.Count} images.").Distinct(),
    ];

    /// <summary>Takes what was said of an image.</summary>
    public void Add(string image, IReadOnlyList<string> sentences)
    {
        foreach (string sentence in sentences)
        {
            string kind = string.Concat(sentence.Replace(image, "", StringComparison.Ordinal).Where(letter => !char.IsAsciiDigit(letter)));
            if (_kinds.TryGetValue(kind, out (string Image, int Count) known))
            {
                _kinds[kind] = known with { Count = known.Count + 1 };
                continue;
            }
            _kinds.Add(kind, (image, 1));
            _first.Add(sentence);
            warned?.Invoke(sentence);
        }
    }
}
