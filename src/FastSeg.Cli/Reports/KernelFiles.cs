using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FastSeg.Cli.Text;
using FastSeg.Files;
using FastSeg.Gpu;

namespace FastSeg.Cli.Reports;

/// <summary>Writes the kernels' texts into a folder, and what NVIDIA's assembler makes of them where it is on the path.</summary>
internal static partial class KernelFiles
{
    private const string Assembler = "ptxas";

    /// <summary>Writes every kernel's PTX and OpenCL C, then a table of registers, spills and shared memory.</summary>
    public static void Write(string folder, TextWriter output, CancellationToken cancellation)
    {
        MakeFolder(folder);
        var table = new TextTable(false, true, true, true).Row(["kernel", "registers", "spilled bytes", "shared bytes"]);
        int count = 0;
        bool assembles = true;
        foreach (KernelText kernel in KernelText.All())
        {
            cancellation.ThrowIfCancellationRequested();
            string ptx = Path.Combine(folder, $"{kernel.Name}.ptx");
            WriteFile(ptx, kernel.Ptx);
            WriteFile(Path.Combine(folder, $"{kernel.Name}.cl"), kernel.OpenCl);
            string? said = assembles ? Assemble(ptx) : null;
            assembles = said is not null;
            if (said is not null)
            {
                (string registers, string spilled, string shared) = Counts(said);
                table.Row([kernel.Name, registers, spilled, shared]);
            }
            count++;
        }
        output.WriteLine($"{count} kernels, as PTX and as OpenCL C, in {folder}");
        if (!assembles)
        {
            output.WriteLine($"{Assembler} is not on the path: what it makes of the PTX is not known.");
            return;
        }
        var text = new StringWriter(CultureInfo.InvariantCulture);
        table.Write(text, "");
        WriteFile(Path.Combine(folder, "registers.txt"), text.ToString());
        output.Write(text.ToString());
    }

    /// <summary>Registers, spilled bytes and bytes of shared memory, from what <c>ptxas -v</c> says; "?" where it does not.</summary>
    internal static (string Registers, string Spilled, string Shared) Counts(string said)
    {
        Match registers = Registers().Match(said), spilled = Spilled().Match(said), shared = Shared().Match(said);
        return (
            registers.Success ? registers.Groups[1].Value : "?", spilled.Success ? spilled.Groups[1].Value : "?",
            shared.Success ? shared.Groups[1].Value : registers.Success ? "0" : "?");
    }

    /// <summary>What the assembler says of a file; null where there is no assembler.</summary>
    private static string? Assemble(string ptx)
    {
        var start = new ProcessStartInfo(Assembler, ["-v", "-arch=sm_80", "-o", "/dev/null", ptx])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string said = process.StandardError.ReadToEnd() + output.Result;
            process.WaitForExit();
            return said;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException($"{folder} cannot be made: {e.Message.TrimEnd('.')}; name a folder that can be written.");
        }
    }

    private static void WriteFile(string path, string text)
    {
        using var file = new PartialFile(path);
        RandomAccess.Write(file.Handle, Encoding.UTF8.GetBytes(text), 0);
        file.Commit();
    }

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();

    [GeneratedRegex(@"(\d+) bytes spill stores")]
    private static partial Regex Spilled();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex Shared();
}
