using FastSeg.Tests.Cli;
using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Interop;

/// <summary>
/// A Python that has NumPy: the system's, one on the path, or an environment in out/python into which pip installed NumPy from wherever pip
/// is set up to get packages.
/// </summary>
internal static class NumpyPython
{
    private static readonly Lazy<string?> Found =
        new(() => Pythons().FirstOrDefault(HasNumpy) ?? Pythons().Select(Make).FirstOrDefault(HasNumpy));

    private static string Environment { get; } = TestData.File("out", "python");

    /// <summary>Its path. Where there is none, the test is skipped.</summary>
    public static string Require()
    {
        if (Found.Value is null)
        {
            Assert.Ignore("needs a Python (3.9 or later) with numpy, which is not installed and could not be installed by pip");
        }
        return Found.Value!;
    }

    private static IEnumerable<string> Pythons()
    {
        string[] folders = (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return ((string[])["/usr/bin", .. folders]).Select(folder => Path.Combine(folder, "python3")).Where(File.Exists).Distinct();
    }

    private static bool HasNumpy(string? python) =>
        python is not null && Run(python, "-c", "import sys, numpy; sys.exit(sys.version_info < (3, 9))");

    private static string? Make(string python)
    {
        string made = Path.Combine(Environment, "bin", "python");
        bool done = Run(python, "-m", "venv", Environment)
            && Run(made, "-m", "pip", "install", "--quiet", "--retries", "0", "--only-binary", ":all:", "numpy");
        return done ? made : null;
    }

    private static bool Run(string program, params string[] arguments)
    {
        Outcome outcome = new Shell(TestData.Root).Run(program, arguments);
        return outcome.Code == 0;
    }
}
