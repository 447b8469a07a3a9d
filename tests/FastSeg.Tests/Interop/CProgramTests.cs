using NUnit.Framework;

namespace FastSeg.Tests.Interop;

/// <summary>
/// Programs in C and C++ that use the library as others would, each with checks of its own; the folder programs has them. They are compiled
/// as C99 with every warning an error.
/// </summary>
[TestFixture]
internal sealed class CProgramTests
{
    private static readonly string[] Strict = ["-std=c99", "-Wall", "-Werror", "-pedantic", "-g"];

    private readonly TemporaryFolder _folder = new();

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("arguments")]
    [TestCase("models")]
    [TestCase("sessions")]
    [TestCase("forks")]
    public void ProgramPasses(string name)
    {
        CLibrary.Run(Compiled(name), _folder.Path);
    }

    /// <summary>The library finds its .NET beside itself, whatever DOTNET_ROOT says.</summary>
    [Test]
    public void APrivateRuntimeComesFirst()
    {
        string program = Compiled("forks"), runtime = Path.Combine(CLibrary.Folder, "lib", "fastseg", "dotnet");
        Directory.CreateSymbolicLink(runtime, Path.GetDirectoryName(Environment.ProcessPath)!);
        try
        {
            CLibrary.Run([("DOTNET_ROOT", "/nowhere")], program);
        }
        finally
        {
            Directory.Delete(runtime);
        }
    }

    /// <summary>What cannot be started or joined is refused with a sentence.</summary>
    [Test]
    public void AMissingOrForeignRuntimeIsRefused()
    {
        string program = Compiled("refused"), alone = _folder.File("alone"), library = Path.Combine(alone, "libfastseg.so");
        string foreign = _folder.File("libcoreclr.so"), path = Path.Combine(CLibrary.Folder, "lib");
        Directory.CreateDirectory(alone);
        File.Copy(Path.Combine(path, "libfastseg.so"), library);
        CLibrary.Run([("LD_LIBRARY_PATH", alone)], program, "FastSeg.Interop.dll is neither in");
        File.Copy(Path.Combine(path, "fastseg", "FastSeg.Interop.dll"), Path.Combine(alone, "FastSeg.Interop.dll"));
        Directory.CreateDirectory(Path.Combine(alone, "dotnet", "host", "fxr"));
        CLibrary.Run([("LD_LIBRARY_PATH", alone)], program, $"No .NET runtime was found in {Path.Combine(alone, "dotnet")}");
        CLibrary.Run("gcc", "-shared", "-o", foreign, "-x", "c", "/dev/null");
        CLibrary.Run(program, "only one can be", foreign);
    }

    /// <summary>The shim without .NET, under the sanitizers for addresses and undefined behaviour.</summary>
    [Test]
    public void TheShimItselfIsClean()
    {
        CLibrary.Need("gcc");
        string shim = Path.Combine(CLibrary.Sources, "shim"), program = _folder.File("shim");
        CLibrary.Run(
            "gcc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Werror", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
            "-I", Path.Combine(CLibrary.Sources, "include"), "-I", shim, "-o", program, Source("shim.c"),
            Path.Combine(shim, "fastseg.c"), Path.Combine(shim, "messages.c"), "-lpthread");
        CLibrary.Run(program);
    }

    [Test]
    public void CMakeFindsTheLibrary()
    {
        CLibrary.Need("gcc", "g++", "cmake", "make");
        string source = TestData.File("tests", "FastSeg.Tests", "Interop", "cmake"), build = _folder.File("cmake");
        CLibrary.Run("cmake", "-S", source, "-B", build, $"-DCMAKE_PREFIX_PATH={CLibrary.Folder}");
        CLibrary.Run("cmake", "--build", build);
        CLibrary.Run(Path.Combine(build, "program"));
    }

    [Test]
    public void PkgConfigFindsTheLibrary()
    {
        CLibrary.Need("gcc", "g++", "pkg-config");
        string flags = CLibrary.Run(
            [("PKG_CONFIG_PATH", Path.Combine(CLibrary.Folder, "lib", "pkgconfig"))], "pkg-config", "--cflags", "--libs", "fastseg");
        CLibrary.Run("/bin/sh", "-c", $"gcc -o '{_folder.File("packaged")}' '{Source("forks.c")}' {flags.Trim()}");
        CLibrary.Run([("LD_LIBRARY_PATH", Path.Combine(CLibrary.Folder, "lib"))], _folder.File("packaged"));
    }

    private string Compiled(string name)
    {
        string folder = CLibrary.Folder, program = _folder.File(name), libraries = Path.Combine(folder, "lib");
        CLibrary.Run(
            "gcc",
            [
                .. Strict, "-I", Path.Combine(folder, "include"), "-o", program, Source($"{name}.c"), "-L", libraries, "-lfastseg",
                "-lpthread", "-ldl", $"-Wl,-rpath,{libraries}",
            ]);
        return program;
    }

    private static string Source(string name) => TestData.File("tests", "FastSeg.Tests", "Interop", "programs", name);
}
