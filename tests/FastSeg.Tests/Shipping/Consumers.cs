using System.Text.Json;

namespace FastSeg.Tests.Shipping;

/// <summary>
/// Programs outside the repository that reference the packed packages: built once, without network. FastSeg's packages come from the folder
/// that they were packed into; all others from where the repository's own restore has put them. NuGet keeps what it unpacks in a folder of
/// this test, so that every run sees the packages as they are now.
/// </summary>
internal sealed class Consumers : IDisposable
{
    /// <summary>The sample, as it is in the repository; package FastSeg.</summary>
    public const string Sample = "Sample";

    /// <summary>A program that reads a picture and opens a backbone; package FastSeg only.</summary>
    public const string Bare = "Bare";

    /// <summary>The same program; packages FastSeg.Images and FastSeg.Deep.</summary>
    public const string Whole = "Whole";

    private const string UsesNatives =
        """
        using FastSeg;

        Try(() =>
        {
            using ImageReader image = ImageFile.Open(args[0]);
            byte[] first = new byte[image.Info.PixelBytes];
            image.Read(new Region(0, 0, 1, 1), first);
            return $"{image.Info.Width} x {image.Info.Height}";
        });
        Try(() =>
        {
            using Backbone backbone = Backbone.Open(args[1], threads: 1);
            return $"patches of {backbone.Description.Patch}";
        });

        static void Try(Func<string> what)
        {
            try
            {
                Console.WriteLine(what());
            }
            catch (FastSegException e)
            {
                Console.WriteLine(e.Message);
            }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Shell _shell;

    public Consumers()
    {
        // A variable of the caller's would take NuGet to another folder than the one below.
        _shell = new Shell(_folder.Path, ("NUGET_PACKAGES", _folder.File("unpacked")), ("FASTSEG_XGBOOST", Shell.XgBoost));
        new Shell(TestData.Root).Succeed(TestData.File("tools", "pack.sh"), Feed);
        LinkOthers();
        File.WriteAllText(_folder.File("nuget.config"), Sources);
        string sample = File.ReadAllText(TestData.File("samples", "FromMemory", "Program.cs"));
        Write(Sample, sample, "", "FastSeg");
        Write(Bare, UsesNatives, "", "FastSeg");
        Write(Whole, UsesNatives, "<RuntimeIdentifier>linux-x64</RuntimeIdentifier>", "FastSeg.Images", "FastSeg.Deep");
        string projects = string.Concat(((string[])[Sample, Bare, Whole]).Select(name => $"<Project Path=\"{name}/{name}.csproj\"/>"));
        File.WriteAllText(_folder.File("all.slnx"), $"<Solution>{projects}</Solution>");
        _shell.Succeed(Shell.Dotnet, "build", "all.slnx", "-c", "Release", "-v", "quiet", "-nologo");
    }

    /// <summary>The folder of the packages.</summary>
    public string Feed => _folder.File("feed");

    /// <summary>Runs one of the programs, which must succeed.</summary>
    public string Run(string name, params string[] arguments) =>
        _shell.Succeed(Shell.Dotnet, [Path.Combine(Output(name), $"{name}.dll"), .. arguments]);

    /// <summary>The files that a program needs beside it, as paths from its own.</summary>
    public string[] Files(string name) =>
        [.. Directory.GetFiles(Output(name), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Output(name), path))];

    /// <summary>Where NuGet got a package from.</summary>
    public string SourceOf(string package)
    {
        string path = Path.Combine(_folder.File("unpacked"), package.ToLowerInvariant(), FastSegVersion.Text, ".nupkg.metadata");
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllBytes(path));
        return metadata.RootElement.GetProperty("source").GetString()!;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The machine's sources are left out: everything is here already.</summary>
    private static string Sources =>
        """
        <configuration>
          <packageSources><clear /><add key="feed" value="feed" /></packageSources>
          <packageSourceMapping><clear /></packageSourceMapping>
          <fallbackPackageFolders><clear /><add key="others" value="others" /></fallbackPackageFolders>
        </configuration>
        """;

    /// <summary>
    /// Links the packages that the repository was restored with. FastSeg's own are not among them, whatever the machine has: it could have
    /// older ones of the same version.
    /// </summary>
    private void LinkOthers()
    {
        string assets = TestData.File("src", "FastSeg.Deep", "obj", "project.assets.json");
        using JsonDocument restored = JsonDocument.Parse(File.ReadAllBytes(assets));
        Directory.CreateDirectory(_folder.File("others"));
        var packages = from folder in restored.RootElement.GetProperty("packageFolders").EnumerateObject()
                       where Directory.Exists(folder.Name)
                       from package in Directory.GetDirectories(folder.Name)
                       where !Path.GetFileName(package).StartsWith("fastseg", StringComparison.Ordinal)
                       select package;
        foreach (string package in packages.DistinctBy(Path.GetFileName))
        {
            Directory.CreateSymbolicLink(Path.Combine(_folder.File("others"), Path.GetFileName(package)), package);
        }
    }

    private string Output(string name) => Path.Combine(_folder.File(name), "bin", "Release", "net10.0", name == Whole ? "linux-x64" : "");

    private void Write(string name, string program, string properties, params string[] packages)
    {
        string references = string.Concat(
            packages.Select(id => $"<PackageReference Include=\"{id}\" Version=\"{FastSegVersion.Text}\" />"));
        Directory.CreateDirectory(_folder.File(name));
        File.WriteAllText(Path.Combine(_folder.File(name), "Program.cs"), program);
        File.WriteAllText(Path.Combine(_folder.File(name), $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
                <SelfContained>false</SelfContained>
                {properties}
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """);
    }
}
