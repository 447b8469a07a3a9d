using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace FastSeg.Learning.Network;

/// <summary>Loads PyTorch's library and says how many threads it uses.</summary>
/// <remarks>
/// TorchSharp's own library names version GLIBCXX_3.4.32 of the C++ runtime, which Debian 12 does not have. The only symbol of that version
/// is never called: it stands for the initialisation of streams, which PyTorch's library brings along. So the demand is marked as a weak
/// one in our copy of the file, where the file as it came cannot be loaded; a weak version may be missing.
/// </remarks>
internal static class TorchLibrary
{
    private const string FileName = "libLibTorchSharp.so";
    private const string MissingVersion = "GLIBCXX_3.4.32";

    /// <summary>The type of the ELF section that lists needed versions, and the mark of one that may be missing.</summary>
    private const uint NeededVersions = 0x6ffffffe;
    private const ushort Weak = 2;

    private static readonly Lock Gate = new();
    private static bool _ready;

    /// <summary>Loads the library. PyTorch then uses this number of threads, which decides the order of its additions.</summary>
    /// <exception cref="FastSegException">It cannot be loaded.</exception>
    public static void Load(int threads)
    {
        lock (Gate)
        {
            if (!_ready)
            {
                try
                {
                    Prepare();
                    _ready = torch.TryInitializeDeviceType(DeviceType.CPU);
                }
                catch (Exception e) when (e is not FastSegException)
                {
                    throw new FastSegException($"PyTorch's library cannot be loaded: {OneLine(e.Message)}", e);
                }
            }
        }
        torch.set_num_threads(threads);
    }

    /// <summary>Marks the version as weak, where the file cannot be loaded as it is.</summary>
    private static void Prepare()
    {
        if (Find() is not { } path || NativeLibrary.TryLoad(path, out _))
        {
            return;
        }
        byte[] file = File.ReadAllBytes(path);
        if (VersionFlags(file) is { } at && file[at] != Weak)
        {
            // Another process may read the old file now, so the new one takes its place in one step.
            string partial = $"{path}.{Environment.ProcessId}";
            file[at] = (byte)Weak;
            File.WriteAllBytes(partial, file);
            File.Move(partial, path, overwrite: true);
        }
    }

    private static string? Find()
    {
        string listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return listed.Split(Path.PathSeparator).Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
            .Select(folder => Path.Combine(folder, FileName))
            .FirstOrDefault(path => File.Exists(path) && path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal));
    }

    /// <summary>Where an ELF file of 64 bits keeps the flags of its demand for the version; null where there is none.</summary>
    private static int? VersionFlags(ReadOnlySpan<byte> file)
    {
        int sections = (int)Number(file, 0x28, 8), size = (int)Number(file, 0x3a, 2), count = (int)Number(file, 0x3c, 2);
        for (int i = 0; i < count; i++)
        {
            int header = sections + (i * size);
            if (Number(file, header + 4, 4) == NeededVersions)
            {
                int names = (int)Number(file, sections + ((int)Number(file, header + 0x28, 4) * size) + 0x18, 8);
                return InSection(file, (int)Number(file, header + 0x18, 8), names);
            }
        }
        return null;
    }

    /// <summary>Goes through the needed files, and for each through the versions that are needed of it.</summary>
    private static int? InSection(ReadOnlySpan<byte> file, int needed, int names)
    {
        for (int next = -1; next != 0; needed += next)
        {
            int version = needed + (int)Number(file, needed + 8, 4);
            for (int left = (int)Number(file, needed + 2, 2); left > 0; left--)
            {
                ReadOnlySpan<byte> name = file[(names + (int)Number(file, version + 8, 4))..];
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == MissingVersion)
                {
                    return version + 4;
                }
                version += (int)Number(file, version + 12, 4);
            }
            next = (int)Number(file, needed + 12, 4);
        }
        return null;
    }

    private static ulong Number(ReadOnlySpan<byte> file, int at, int bytes) => bytes switch
    {
        2 => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(file[at..]),
    };

    private static string OneLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault("no reason was given");
}
