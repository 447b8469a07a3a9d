using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>An assertion whose message lists everything that offends, one a line; NUnit's own list stops after ten.</summary>
internal static class Offenders
{
    /// <summary>Fails where anything offends.</summary>
    /// <param name="offenders">What offends.</param>
    /// <param name="advice">What the offenders are, and what to do about them; the message begins with their number and this.</param>
    public static void None(IEnumerable<string> offenders, string advice)
    {
        string[] found = [.. offenders];
        string list = string.Concat(found.Select(line => $"{Environment.NewLine}  {line}"));
        Assert.That(found.Length, Is.Zero, $"{found.Length} {advice}{list}");
    }
}
