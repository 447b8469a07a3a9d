using System.Diagnostics;
using System.Globalization;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Reference;

/// <summary>Runs PyTorch, where the system's Python has it: on the upsampler's network, and on scripts that tests bring along.</summary>
internal static class TorchPeer
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> Installed = new(() => File.Exists(Python) && Run("-c", "import torch"));

    /// <summary>The upsampler's whole result from PyTorch; the test is skipped where PyTorch is not installed.</summary>
    public static float[] Upsample(UpsamplerCase network)
    {
        Require();
        string output = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"torch-{Guid.NewGuid():N}.npy");
        string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
        try
        {
            bool ran = Run(
                TestData.File("perf", "peers", "upsampler.py"), "run", "-o", output, "--channels", Text(network.ChannelsIn),
                "--channels-out", Text(network.ChannelsOut), "--height", Text(network.Height), "--width", Text(network.Width),
                "--patch", Text(network.Patch), "--padding", network.Padding == Padding.Zeros ? "zeros" : "replicate",
                "--align", network.Config.Align == Align.Corners ? "corners" : "half-pixel");
            Assert.That(ran, Is.True, "perf/peers/upsampler.py failed");
            return ReadNpy(output);
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>Skips the test where PyTorch is not installed.</summary>
    public static void Require()
    {
        if (!Installed.Value)
        {
            Assert.Ignore("needs python3-torch");
        }
    }

    /// <summary>The values of a float32 .npy file.</summary>
    public static float[] ReadNpy(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int start = 10 + BitConverter.ToUInt16(bytes, 8);
        float[] values = new float[(bytes.Length - start) / sizeof(float)];
        Buffer.BlockCopy(bytes, start, values, 0, values.Length * sizeof(float));
        return values;
    }

    /// <summary>Runs Python; false where it fails.</summary>
    public static bool Run(params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(Python, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
