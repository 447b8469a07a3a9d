using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>Runs something with the least memory that its own plan asks for, so that its tiles are the smallest.</summary>
internal static partial class Tight
{
    /// <summary>Bytes beyond what the sentence asks for, which adds 2 MiB itself: the process grows between two attempts.</summary>
    private const long Slack = 2L << 20;

    /// <summary>Runs with too little memory first, and then with what the refusal says would do.</summary>
    /// <param name="threads">Worker threads.</param>
    /// <param name="run">What is run, with the options it must use.</param>
    public static T Run<T>(int threads, Func<ComputeOptions, T> run)
    {
        long memory = 1;
        for (int attempt = 0; attempt < 8; attempt++)
        {
            try
            {
                return run(new ComputeOptions { Threads = threads, Memory = memory });
            }
            catch (FastSegException e) when (Least().Match(e.Message) is { Success: true } least)
            {
                // The process may have grown since the sentence was written, so the next attempt may be refused too.
                memory = (long.Parse(least.Groups[1].Value, CultureInfo.InvariantCulture) << 20) + Slack;
            }
        }
        throw new AssertionException("no memory was ever enough");
    }

    [GeneratedRegex(@"the least that would do is (\d+)MiB\.")]
    private static partial Regex Least();
}
