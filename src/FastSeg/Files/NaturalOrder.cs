namespace FastSeg.Files;

/// <summary>The order in which people count file names: slice_2 comes before slice_10. Case counts last.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The order.</summary>
    public static NaturalOrder Instance { get; } = new();

    private NaturalOrder()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (a.Length > 0 && b.Length > 0)
        {
            bool numbers = char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]);
            int order = numbers ? Numbers(ref a, ref b) : char.ToUpperInvariant(a[0]).CompareTo(char.ToUpperInvariant(b[0]));
            if (order != 0)
            {
                return order;
            }
            a = numbers ? a : a[1..];
            b = numbers ? b : b[1..];
        }
        int longer = a.Length.CompareTo(b.Length);
        return longer != 0 ? longer : string.CompareOrdinal(x, y);
    }

    /// <summary>Compares the numbers that both begin with, and takes them off.</summary>
    private static int Numbers(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        ReadOnlySpan<char> first = Take(ref a), second = Take(ref b);
        return first.Length != second.Length ? first.Length.CompareTo(second.Length) : first.SequenceCompareTo(second);
    }

    /// <summary>Takes the leading digits off, and returns them without the zeros in front.</summary>
    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits.TrimStart('0');
    }
}
