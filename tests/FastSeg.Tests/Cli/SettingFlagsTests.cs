using FastSeg.Cli.Errors;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>The library's sentences name no flags; the command line puts them in.</summary>
public sealed class SettingFlagsTests
{
    [Test]
    public void TheWordsOfASettingAreInTheSentence() => Assert.That(
        () => new FastSegException("Something is wrong.", Setting.Memory, "a memory limit of"),
        Throws.ArgumentException.With.Message.Contains("a memory limit of"));

    [Test]
    public void EverySettingHasAFlag([Values] Setting setting) => Assert.That(SettingFlags.Of(setting), Does.StartWith("--"));

    [Test]
    public void FlagsTakeThePlaceOfTheLibrarysWords()
    {
        var failure = new FastSegException("A memory limit of 1MiB is not enough.", Setting.Memory, "A memory limit of");
        Assert.That(ErrorText.Of(failure), Is.EqualTo("--memory 1MiB is not enough."));
        Assert.That(failure.Message, Does.Not.Contain("--"));
    }

    [Test]
    public void FailuresUnderneathCountToo()
    {
        var cause = new FastSegException("use the backend cpu.", Setting.Backend, "the backend");
        var failure = new FastSegException($"a.tif: {cause.Message}", new InvalidDataException("between", cause));
        Assert.That(ErrorText.Of(failure), Is.EqualTo("a.tif: use --backend cpu."));
    }

    [Test]
    public void ASentenceWithoutSettingsStaysAsItIs() =>
        Assert.That(new FastSegException("no memory").MessageWith(SettingFlags.Of), Is.EqualTo("no memory"));
}
