using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FastSeg.Tests.Gpu.Ptx;
using FastSeg.Tests.Kernels;

namespace FastSeg.Tests.Gpu.OpenCl;

/// <summary>A kernel's OpenCL C, compiled for the processor by clang, together with what gives it work items and barriers.</summary>
internal sealed unsafe partial class OpenClCode
{
    private static readonly Lazy<string?> LazyClang = new(FindClang);

    private static readonly ConcurrentDictionary<MethodInfo, OpenClCode> Compiled = [];

    private static readonly string Folder = Directory.CreateTempSubdirectory("fastseg-opencl-").FullName;

    private readonly delegate* unmanaged<void**, int*, int*, int> _run;
    private readonly int _arguments;

    static OpenClCode() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);

    private OpenClCode(string name, string text)
    {
        string source = Path.Combine(Folder, name + ".cl"), library = Path.Combine(Folder, name + ".so");
        (string wrapped, _arguments) = Wrapped(text);
        File.WriteAllText(source, wrapped);
        string items = TestData.File("tests", "FastSeg.Tests", "Gpu", "OpenCl", "items.c"), compiled = Path.Combine(Folder, "items.o");
        if (!File.Exists(compiled))
        {
            Clang("-O2", "-fPIC", "-c", items, "-o", compiled);
        }
        Clang(
            "-x", "cl", "-cl-std=CL2.0", "-Xclang", "-finclude-default-header", "-Xclang", "-fdeclare-opencl-builtins", "-O1",
            "-ffp-contract=off", "-fPIC", "-w", "-c", source, "-o", source + ".o");
        Clang("-shared", source + ".o", compiled, "-lm", "-o", library);
        _run = (delegate* unmanaged<void**, int*, int*, int>)NativeLibrary.GetExport(NativeLibrary.Load(library), "opencl_run");
    }

    /// <summary>Whether there is a clang.</summary>
    public static bool HasClang => LazyClang.Value is not null;

    /// <summary>A kernel, compiled once for all tests.</summary>
    public static OpenClCode Of(MethodInfo kernel) => Compiled.GetOrAdd(
        kernel, method => new OpenClCode(NotInNames().Replace(PtxTwin.NameOf(method), "_"), KernelHost.OpenCl(method)));

    /// <summary>Runs a launch.</summary>
    public void Launch(OpenClArguments given, PtxSize grid, PtxSize group)
    {
        if (given.Buffers.Count + given.Parameters.Count != _arguments)
        {
            throw new PtxException($"{given.Buffers.Count} views and {given.Parameters.Count} parameters, where {_arguments} belong.");
        }
        GCHandle[] pinned = [.. given.Parameters.Select(bytes => GCHandle.Alloc(bytes, GCHandleType.Pinned))];
        nint[] arguments = [.. given.Buffers, .. pinned.Select(handle => handle.AddrOfPinnedObject())];
        int[] groups = [grid.X, grid.Y, grid.Z], items = [group.X, group.Y, group.Z];
        fixed (nint* first = arguments)
        fixed (int* counts = groups, sizes = items)
        {
            int missed = _run((void**)first, counts, sizes);
            Array.ForEach(pinned, handle => handle.Free());
            if (missed != 0)
            {
                throw new PtxException("A work item ended before a barrier at which others wait.");
            }
        }
    }

    /// <summary>Adds a function that takes each argument by its address, and a buffer as it is.</summary>
    private static (string Text, int Arguments) Wrapped(string text)
    {
        Match kernel = Kernel().Match(text);
        string[] parameters = [.. kernel.Groups["parameters"].Value.Split(',').Select(parameter => parameter.Trim())];
        IEnumerable<string> values = parameters.Select((parameter, i) =>
        {
            string type = parameter[..parameter.LastIndexOf(' ')];
            return type.EndsWith('*') ? $"({type})arguments[{i}]" : $"*({type}*)arguments[{i}]";
        });
        string call = $"void opencl_kernel(ulong* arguments) {{ {kernel.Groups["name"].Value}({string.Join(", ", values)}); }}";
        return ($"{text}\n{call}\n", parameters.Length);
    }

    private static void Clang(params string[] arguments)
    {
        var start = new ProcessStartInfo(LazyClang.Value!, arguments) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new PtxException($"clang {string.Join(' ', arguments)}: {errors}");
        }
    }

    private static string? FindClang()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        IEnumerable<string> names = Enumerable.Range(13, 12).Reverse().Select(version => $"clang-{version}").Prepend("clang");
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }

    [GeneratedRegex(@"kernel void (?<name>\w+)\((?<parameters>[^)]*)\)")]
    private static partial Regex Kernel();

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NotInNames();
}
