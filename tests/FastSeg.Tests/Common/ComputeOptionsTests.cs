using FastSeg.Cli.Errors;
using NUnit.Framework;

namespace FastSeg.Tests.Common;

[TestFixture]
internal sealed class ComputeOptionsTests
{
    [Test]
    public void NegativeNumbersAreRefused()
    {
        Refused(() => new ComputeOptions { Threads = -1 }, Setting.Threads, "The number of threads is -1; it must be 0, ", "--threads");
        Refused(() => new ComputeOptions { Memory = -5 }, Setting.Memory, "The memory limit is -5; it must be 0, ", "--memory");
        Refused(
            () => new ComputeOptions { DeviceMemory = long.MinValue }, Setting.DeviceMemory,
            $"The limit of device memory is {long.MinValue}; it must be 0, ", "--device-memory");
        Assert.That(() => new ComputeOptions { Threads = 0, Memory = 0, DeviceMemory = 0 }, Throws.Nothing);
    }

    private static void Refused(Func<ComputeOptions> make, Setting setting, string start, string flag)
    {
        FastSegException failure = Assert.Throws<FastSegException>(() => make())!;
        Assert.That(failure.Setting, Is.EqualTo(setting));
        Assert.That(failure.Message, Does.StartWith(start));
        Assert.That(SettingFlags.Sentence(failure), Does.StartWith($"{flag} is -"));
    }
}
