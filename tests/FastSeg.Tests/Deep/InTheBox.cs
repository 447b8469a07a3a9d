using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>What the repository ships.</summary>
internal static class InTheBox
{
    /// <summary>Folder of the backbone that comes with the project.</summary>
    public static string Backbone => Path.Combine(Root(), "models", "fastseg-vit-tiny-8");

    /// <summary>Folder of the tests' data for deep features.</summary>
    public static string Data => Path.Combine(Root(), "tests", "data", "deep");

    private static string Root()
    {
        for (string? folder = TestContext.CurrentContext.TestDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "FastSeg.sln")))
            {
                return folder;
            }
        }
        throw new DirectoryNotFoundException("no folder above the tests has FastSeg.sln");
    }
}
